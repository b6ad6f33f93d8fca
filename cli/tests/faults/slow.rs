//! Clients that take their time.

use std::io::Write;
use std::net::TcpStream;

use crate::engine::Site;
use crate::wire::{Signed, answer, connect};

const CLIENTS: usize = 100;

#[test]
fn slow_clients_are_hung_up_on_and_keep_nobody_waiting() {
    let site = Site::new();
    let mut engine = site.start();
    let address = engine.address();
    let target = "SageMaker.ListPipelines";
    let request = Signed { service: "sagemaker", path: "/", target, body: b"{\"MaxResults\":10}" };
    let request = request.bytes(&engine);

    let send = |part: usize| -> Vec<TcpStream> {
        let one = || {
            let mut stream = connect(&address);
            stream.write_all(&request[..part]).unwrap();
            stream
        };
        (0..CLIENTS).map(|_| one()).collect()
    };
    let silent = send(0);
    let in_the_head = send(40);
    let in_the_body = send(request.len() - 5);

    assert!(engine.is_well(), "those who wait keep others from being answered");
    for mut stream in in_the_body {
        let (status, body) = answer(&mut stream).unwrap();
        assert_eq!(status, 408, "{body}");
    }
    for mut stream in in_the_head.into_iter().chain(silent) {
        let answered = answer(&mut stream);
        assert!(answered.as_ref().is_none_or(|it| it.0 == 408), "{answered:?}");
    }
    assert!(engine.is_well());
}
