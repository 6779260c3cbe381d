//! A case travels up and its decision comes home, over real QUIC and real disks.

use std::time::{Duration, Instant};

use daiban_domain::act::OfficerRef;
use daiban_domain::form::{FieldValue, Fields};
use daiban_node::replica::{Answer, Command};
use daiban_node::settings::Settings;
use daiban_node::shell::Node;
use daiban_tests::office::{PATIENCE, free_port};
use daiban_tests::tree::{self, CITY, COUNTY, TOWN, VILLAGE_A};

fn settings(listen: u16, parent: u16) -> Settings {
    let mut settings = Settings::default();
    settings.node.listen = ([127, 0, 0, 1], listen).into();
    settings.node.admin = ([127, 0, 0, 1], 0).into();
    settings.node.training = true;
    settings.parent.addresses = vec![format!("127.0.0.1:{parent}")];
    settings.store.ballast_mb = 1;
    settings
}

fn fields() -> Fields {
    let text = |value: &str| FieldValue::Text(value.into());
    [
        ("applyname", text("欧阳秀兰")),
        ("apply_cardtype", text("居民身份证")),
        ("apply_cardnumber", text("990382195001010028")),
        ("telphone", text("15412345678")),
        ("division", text("330382001001")),
        ("address", text("云海村3组8号")),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into()
}

async fn until<F: Future<Output = bool>>(what: &str, mut reached: impl FnMut() -> F) {
    let began = Instant::now();
    while !reached().await {
        assert!(began.elapsed() < PATIENCE, "waited for {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_reaches_the_city_and_receipts_come_home() {
    let folder = tempfile::tempdir().unwrap();
    tree::enrol(folder.path());
    let ports = [free_port(), free_port(), free_port(), free_port()];
    let line = [CITY, COUNTY, TOWN, VILLAGE_A];
    let mut nodes = Vec::new();
    for (place, code) in line.into_iter().enumerate() {
        let parent = if place == 0 { 9 } else { ports[place - 1] };
        let data = folder.path().join(code.to_string());
        nodes.push(Node::start(&data, settings(ports[place], parent)).await.unwrap());
    }
    let village = nodes[3].handle();
    let by = OfficerRef { name: "王芳".into(), id: "wangfang".into() };
    let new = Command::NewCase {
        item: "CL-SB-01".into(),
        version: None,
        fields: fields(),
        materials: Vec::new(),
        submit: false,
        by,
        handler: None,
        listed: None,
        reuse: Vec::new(),
        again: None,
    };
    let answer = village.ask(new).await.unwrap();
    let Ok(Answer::Saved { receipt: Some(receipt), .. }) = answer else { panic!("{answer:?}") };
    let show = Command::ShowCase { case: receipt.to_string() };
    for node in &nodes {
        let handle = node.handle();
        until("the case at every tier", || async {
            matches!(handle.ask(show.clone()).await, Some(Ok(Answer::Case(_))))
        })
        .await;
    }
    until("the receipts of every tier", || async {
        match village.ask(show.clone()).await {
            Some(Ok(Answer::Case(view))) => {
                view.safety.len() == 4 && view.safety.iter().all(|s| s.safe)
            }
            _ => false,
        }
    })
    .await;
    for node in nodes {
        node.stop().await;
    }
}
