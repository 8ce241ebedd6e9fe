//! The program with TLS of its own: started, asked, and told that its certificate was renewed.

use std::{process::Output, time::Duration};

use portcullis_http_tests::{
    Browser, Program,
    mtls::{Files, Identity, Subject},
    process::run,
};
use portcullis_types::paths;
use reqwest::Method;
use rustix::process::Signal;
use serde_json::Value;
use tempfile::TempDir;
use tokio::time::sleep;

/// The flags that name the files.
fn flags(files: &Files) -> Vec<String> {
    let at = |name: &str| files.folder.path().join(name).display().to_string();
    vec![
        "--tls-certificate".to_owned(),
        at("chain.pem"),
        "--tls-key".to_owned(),
        at("key.pem"),
        "--tls-client-certificates".to_owned(),
        "--tls-client-ca".to_owned(),
        at("clients.pem"),
    ]
}

async fn start(folder: &TempDir, files: &Files) -> Program {
    let flags = flags(files);
    let arguments: Vec<&str> = ["--port", "0"]
        .into_iter()
        .chain(flags.iter().map(String::as_str))
        .collect();
    Program::start_over_tls(folder, &arguments, &files.servers.pem).await
}

fn caller(program: &Program, files: &Files, identity: Option<&Identity>) -> Browser {
    program.client().with_tls(&files.servers.pem, identity)
}

fn printed(output: &Output) -> String {
    let text = [&output.stdout[..], &output.stderr].concat();
    String::from_utf8_lossy(&text).into_owned()
}

async fn token(caller: &Browser) -> u16 {
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", "ledger"),
    ];
    let call = caller.call(Method::POST, paths::OAUTH_TOKEN);
    call.form(&fields).send().await.status
}

#[tokio::test]
async fn a_client_of_the_command_line_gets_tokens_with_its_certificate() {
    let (folder, files) = (tempfile::tempdir().unwrap(), Files::default());
    let program = start(&folder, &files).await;
    assert!(program.origin.starts_with("https://localhost:"));
    let create = [
        "client",
        "create",
        "--id",
        "ledger",
        "--name",
        "Ledger",
        "--auth-method",
        "tls_client_auth",
        "--tls-subject-dn",
        "CN=ledger,O=Example,C=DE",
        "--certificate-bound",
        "--grant",
        "client_credentials",
        "--scope",
        "orders:read",
    ];
    let made = run(folder.path(), &create).await;
    assert!(made.status.success(), "{}", printed(&made));
    for said in [
        "tls_client_auth",
        "subject_dn CN=ledger,O=Example,C=DE",
        "show its certificate",
    ] {
        assert!(printed(&made).contains(said), "{said}: {}", printed(&made));
    }
    let own = files
        .clients
        .issue(&Subject::new("ledger").in_years(2020..2090));
    let other = files
        .clients
        .issue(&Subject::new("other").in_years(2020..2090));
    assert_eq!(token(&caller(&program, &files, Some(&own))).await, 200);
    assert_eq!(token(&caller(&program, &files, Some(&other))).await, 401);
    assert_eq!(token(&caller(&program, &files, None)).await, 401);
    let update = [
        "client",
        "update",
        "ledger",
        "--tls-subject-dn",
        "",
        "--tls-san-dns",
        "ledger.example",
        "--certificate-bound=false",
        "--json",
    ];
    let changed = run(folder.path(), &update).await;
    assert!(changed.status.success(), "{}", printed(&changed));
    let shown = run(folder.path(), &["client", "show", "ledger", "--json"]).await;
    let shown: Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(shown["client"]["tls_client_auth_san_dns"], "ledger.example");
    assert!(shown["client"]["tls_client_auth_subject_dn"].is_null());
    let two = ["client", "update", "ledger", "--tls-san-ip", "192.0.2.1"];
    let refused = run(folder.path(), &two).await;
    assert!(!refused.status.success());
    assert!(
        printed(&refused).contains("exactly one"),
        "{}",
        printed(&refused)
    );
    // The same one by a certificate of its own making.
    let robot = Subject::new("robot").in_years(2020..2090).self_signed();
    files.write("robot.pem", &robot.pem);
    let pem = files.folder.path().join("robot.pem").display().to_string();
    let update = [
        "client",
        "update",
        "ledger",
        "--tls-san-dns",
        "",
        "--auth-method",
        "self_signed_tls_client_auth",
        "--client-certificate",
        &pem,
    ];
    let changed = run(folder.path(), &update).await;
    assert!(changed.status.success(), "{}", printed(&changed));
    sleep(Duration::from_millis(1100)).await;
    assert_eq!(token(&caller(&program, &files, Some(&robot))).await, 200);
    assert_eq!(token(&caller(&program, &files, Some(&own))).await, 401);
    program.signal(Signal::TERM);
    assert!(program.end(Duration::from_mins(1)).await.0);
}

#[cfg(unix)]
#[tokio::test]
async fn a_renewed_certificate_is_there_after_sighup_and_a_bad_one_changes_nothing() {
    let (folder, files) = (tempfile::tempdir().unwrap(), Files::default());
    let program = start(&folder, &files).await;
    let ca = &files.servers.pem;
    let shown = async || {
        let http = reqwest::Client::builder()
            .tls_certs_only([reqwest::Certificate::from_pem(ca.as_bytes()).unwrap()])
            .tls_info(true)
            .no_proxy();
        let url = format!("{}/healthz", program.base());
        let answer = http.build().unwrap().get(url).send().await.unwrap();
        let info = answer.extensions().get::<reqwest::tls::TlsInfo>().unwrap();
        info.peer_certificate().unwrap().to_vec()
    };
    let first = shown().await;
    let renewed = files.renew();
    program.signal(Signal::HUP);
    let until = async |wanted: &[u8]| {
        for _ in 0..400 {
            if shown().await == wanted {
                return;
            }
            sleep(Duration::from_millis(50)).await;
        }
        panic!("it still has the one before");
    };
    until(&renewed.der).await;
    assert_ne!(first, renewed.der);
    files.write("chain.pem", "nonsense");
    program.signal(Signal::HUP);
    sleep(Duration::from_millis(300)).await;
    until(&renewed.der).await;
    let last = files.renew();
    program.signal(Signal::HUP);
    until(&last.der).await;
    program.signal(Signal::TERM);
    let (ended_well, log) = program.end(Duration::from_mins(1)).await;
    assert!(ended_well);
    assert!(log.contains("tls.certificate"), "{log}");
    assert!(!log.contains("PRIVATE"), "{log}");
}

#[tokio::test]
async fn config_check_looks_into_the_files() {
    let (folder, files) = (tempfile::tempdir().unwrap(), Files::default());
    let check = async || {
        let flags = flags(&files);
        let flags = flags.iter().map(String::as_str);
        let arguments: Vec<&str> = ["config", "check"].into_iter().chain(flags).collect();
        run(folder.path(), &arguments).await
    };
    let good = check().await;
    assert!(good.status.success(), "{}", printed(&good));
    assert!(printed(&good).contains("https://localhost:8080"));
    assert!(printed(&good).contains("TLS, asking for certificates"));
    let other = files.servers.of_localhost();
    for (name, text, setting) in [
        ("key.pem", &*other.key, "tls.key"),
        ("key.pem", &*other.pem, "tls.key"),
        ("chain.pem", &*other.key, "tls.certificate"),
        ("clients.pem", "", "tls.client_ca"),
    ] {
        let path = files.folder.path().join(name);
        let kept = std::fs::read_to_string(&path).unwrap();
        files.write(name, text);
        let bad = check().await;
        assert!(!bad.status.success(), "{name}");
        assert!(printed(&bad).contains(setting), "{name}: {}", printed(&bad));
        assert!(!printed(&bad).contains("PRIVATE"), "{name}");
        files.write(name, &kept);
    }
    for (arguments, said) in [
        (
            &["config", "check", "--tls-key", "key.pem"][..],
            "--tls-key: tls.key",
        ),
        (
            &["config", "check", "--tls-client-certificates"],
            "--tls-client-certificates: tls.client_certificates",
        ),
    ] {
        let bad = run(folder.path(), arguments).await;
        assert!(!bad.status.success());
        assert!(printed(&bad).contains(said), "{}", printed(&bad));
    }
}
