use containers::{InvokeError, InvokeRequest, ModelContainer, OptMl};

use crate::bench::{BOTH, bench, model, until};

#[tokio::test]
async fn a_model_answers_until_it_is_stopped() {
    for opt_ml in BOTH {
        let bench = bench(opt_ml);
        let server = bench.containers.serve(&model("model:1"), "endpoint").await.unwrap();

        let request = InvokeRequest::new("1,2\n3,4\n").in_forms(Some("text/csv"), None);
        let answer = server.invoke(request).await.unwrap();

        assert_eq!((answer.status, answer.body.as_ref()), (200, &b"3\n7\n"[..]));
        assert_eq!(answer.content_type.as_deref(), Some("text/csv"));
        assert!(server.ping().await);
        let answer = server.invoke(InvokeRequest::new("bad")).await.unwrap();
        assert_eq!((answer.status, answer.body.as_ref()), (400, &b"no such feature"[..]));
        let answer = server.invoke(InvokeRequest::new("")).await.unwrap();
        assert_eq!((answer.status, answer.body.as_ref()), (200, &b""[..]));
        let mut limited = InvokeRequest::new("1\n2\n3\n");
        limited.largest_answer = Some(5);
        assert_eq!(server.invoke(limited).await, Err(InvokeError::TooLarge { most: 5 }));
        server.stop().await;
        assert!(!bench.machine.home.models().join("endpoint").exists());
    }
}

#[tokio::test]
async fn each_container_takes_what_the_one_before_answered() {
    let bench = bench(OptMl::Variable);
    let mut spec = model("model:1");
    spec.containers.push(ModelContainer { image: "model:2".into(), ..ModelContainer::default() });
    let server = bench.containers.serve(&spec, "endpoint").await.unwrap();

    let answer = server.invoke(InvokeRequest::new("1,2\n3,4\n")).await.unwrap();

    assert_eq!(answer.body.as_ref(), b"3\n7\n");
    server.stop().await;
}

#[tokio::test]
async fn a_model_that_takes_a_minute_is_given_up() {
    let bench = bench(OptMl::Variable);
    let server = bench.containers.serve(&model("model:1"), "endpoint").await.unwrap();
    let late = async {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        bench.machine.clock.advance(60_000);
    };

    let (answer, ()) = tokio::join!(server.invoke(InvokeRequest::new("sleep")), late);

    assert_eq!(answer, Err(InvokeError::TimedOut { seconds: 60 }));
    server.stop().await;
}

#[tokio::test]
async fn a_server_that_crashes_is_noticed() {
    for opt_ml in BOTH {
        let bench = bench(opt_ml);
        let server = bench.containers.serve(&model("model:1"), "endpoint").await.unwrap();
        assert!(!server.died());

        let answer = server.invoke(InvokeRequest::new("crash")).await;

        let last_words = "out of memory".to_owned();
        assert_eq!(answer, Err(InvokeError::Died { exit_code: 9, last_words }));
        assert!(server.died());
        assert_eq!(server.dies().await, 9);
    }
}

#[tokio::test]
async fn a_server_that_does_not_come_up_is_an_error_that_says_why() {
    let bench = bench(OptMl::Variable);
    // The shell knows no script `serve`.
    let ended = bench.containers.serve(&model("sh:1"), "ended").await.unwrap_err().reason();
    assert!(ended.contains("ended before it answered /ping"), "{ended}");
    assert!(ended.contains("serve"), "{ended}");

    let mut spec = model("model:1");
    spec.containers[0].model_data_url = Some("s3://data/model.tar.gz".to_owned());
    let missing = bench.containers.serve(&spec, "missing").await.unwrap_err().reason();
    assert_eq!(missing, "ClientError: Could not find model data at s3://data/model.tar.gz");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up_after_four_minutes() {
    let bench = bench(OptMl::Variable);
    let mut spec = model("sh:1");
    spec.containers[0].image = "silent:1".to_owned();
    let refused = bench.containers.serve(&spec, "x").await.unwrap_err().reason();
    assert!(refused.contains("almanac.toml"), "{refused}");

    let late = async {
        let log = bench.machine.home.logs().join("mute.log");
        until(|| log.is_file()).await;
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        bench.machine.clock.advance(240_000);
    };
    let mute = model("mute:1");
    let (refused, ()) = tokio::join!(bench.containers.serve(&mute, "mute"), late);
    let refused = refused.unwrap_err().reason();
    assert!(refused.contains("did not pass the ping health check"), "{refused}");
}
