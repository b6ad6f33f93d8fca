use std::process::{Command, Stdio};

use containers::OptMl;

use crate::bench::{BOTH, bench, launcher, running, until};

/// The engine's end of the line is all that a job knows of it: when the engine is killed the system
/// closes it.
#[tokio::test]
async fn when_the_line_to_the_engine_is_cut_all_processes_of_a_job_end() {
    for (opt_ml, seconds) in BOTH.into_iter().zip(["7301", "7302"]) {
        let folder = tempfile::tempdir().unwrap();
        let launcher = &launcher()[0];
        let job = format!("sleep {seconds} & sleep {seconds}; true");
        let mut command = Command::new(launcher);
        if bench(opt_ml).containers.opt_ml().await == OptMl::Mounted {
            command.arg("mount").arg(folder.path()).arg("--").arg(launcher);
        }
        command.args(["watch", "--", "/bin/sh", "-c", &job]);
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        until(|| running(seconds) == 2).await;

        drop(child.stdin.take());

        until(|| running(seconds) == 0).await;
        assert_eq!(child.wait().unwrap().code(), Some(137));
    }
}

#[test]
fn a_launcher_that_is_told_nothing_says_what_it_wants() {
    let output = Command::new(&launcher()[0]).output().unwrap();

    assert_eq!(output.status.code(), Some(127));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("watch -- WORDS"), "{said}");
}
