//! `POST /oauth/token` with a refresh token: rotation, retries and replays.

use std::sync::Arc;

use portcullis_http_tests::{
    App, Browser, Server, all_at_once,
    app::{Tokens, session_of},
};
use portcullis_types::{client::GrantType, paths};
use serde_json::json;
use tokio::{io::AsyncWriteExt, net::TcpStream};

const DAY: i64 = 24 * 3600;

struct Scene {
    server: Server,
    ada: Browser,
    program: Browser,
    app: App,
}

impl Scene {
    async fn set() -> Self {
        let server = Server::start().await;
        let ada = server.person("ada").await;
        let program = server.program();
        Self {
            server,
            ada,
            program,
            app: App::spa(),
        }
    }

    async fn tokens(&self) -> Tokens {
        self.app.tokens(&self.ada, &self.program).await
    }

    async fn refresh(&self, token: &str) -> Tokens {
        Tokens::of(&self.app.refresh(&self.program, token).await)
    }

    async fn refused(&self, token: &str) {
        let answer = self.app.refresh(&self.program, token).await;
        answer.oauth_error(400, "invalid_grant");
    }

    async fn is_alive(&self, tokens: &Tokens) -> bool {
        session_of(&self.program, &tokens.access).await.status == 200
    }
}

#[tokio::test]
async fn a_refresh_token_is_good_for_the_next_pair() {
    let scene = Scene::set().await;
    let mut tokens = scene.tokens().await;
    let first = tokens.clone();
    for _ in 0..5 {
        scene.server.clock.advance_seconds(500);
        let next = scene.refresh(&tokens.refresh).await;
        assert_ne!(next.refresh, tokens.refresh);
        assert_ne!(next.access, tokens.access);
        tokens = next;
    }
    assert!(
        !scene.is_alive(&first).await,
        "the first access token has expired"
    );
    assert!(scene.is_alive(&tokens).await);
    let answer = scene.app.refresh(&scene.program, &tokens.refresh).await;
    assert!(answer.at("/id_token").is_null());
    assert_eq!(answer.at("/scope"), "openid profile email");
    assert_eq!(scene.server.audited("oauth.refreshed").await, 6);
}

#[tokio::test]
async fn rfc6749_6_who_may_not_refresh_gets_no_refresh_token() {
    let server = Server::start_with(|config| {
        config.clients[0].grant_types = vec![GrantType::AuthorizationCode];
    })
    .await;
    let (ada, program) = (server.person("ada").await, server.program());
    let app = App::spa();
    let code = app.code(&ada).await;
    let answer = app.redeem(&program, &code).await.status(200);
    assert!(answer.at("/refresh_token").is_null());
    let access = answer.text_at("/access_token");
    assert_eq!(session_of(&program, &access).await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_tabs_that_refresh_at_once_all_get_the_same_successor() {
    let scene = Scene::set().await;
    let mut tokens = scene.tokens().await;
    for _ in 0..3 {
        let answers = all_at_once((0..50).map(|_| {
            let (app, program) = (scene.app.clone(), scene.program.clone());
            let token = tokens.refresh.clone();
            async move { Tokens::of(&app.refresh(&program, &token).await) }
        }))
        .await;
        for other in &answers {
            assert_eq!(other.refresh, answers[0].refresh);
            assert!(scene.is_alive(other).await);
        }
        tokens = answers[0].clone();
    }
    assert_eq!(scene.server.audited("oauth.refreshed").await, 3);
    assert_eq!(scene.server.audited("oauth.refresh_replayed").await, 0);
}

/// Refreshes, and hangs up when the answer comes, without a look at it.
async fn refresh_and_hang_up(scene: &Scene, token: &str) {
    let mut stream = TcpStream::connect(scene.server.base.trim_start_matches("http://"))
        .await
        .unwrap();
    let body = format!("grant_type=refresh_token&client_id=spa&refresh_token={token}");
    let request = format!(
        "POST {} HTTP/1.1\r\nHost: localhost\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        paths::OAUTH_TOKEN,
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    // Answered late, it would be a replay of a token whose successor is in use.
    stream.readable().await.unwrap();
}

/// Two hundred at once, and each time a tenth of them never hear what came of it: in the first round
/// those who asked first, in the last one those who asked last.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_refreshes_with_a_tenth_of_the_answers_lost_neither_fork_nor_lose_a_family() {
    let scene = Arc::new(Scene::set().await);
    let mut newest = scene.tokens().await.refresh;
    for lost in [0..20, 90..110, 180..200] {
        let refreshes = (0..200).map(|number| {
            let (scene, token, is_lost) = (scene.clone(), newest.clone(), lost.contains(&number));
            async move {
                if is_lost {
                    refresh_and_hang_up(&scene, &token).await;
                    return None;
                }
                Some(scene.refresh(&token).await)
            }
        });
        let answers = all_at_once(refreshes).await;
        let heard: Vec<&Tokens> = answers.iter().flatten().collect();
        assert_eq!(heard.len(), 180);
        // Those who did not hear ask again.
        let again = all_at_once((0..20).map(|_| {
            let (scene, token) = (scene.clone(), newest.clone());
            async move { scene.refresh(&token).await }
        }))
        .await;
        let successor = heard[0].refresh.clone();
        for tokens in heard.into_iter().chain(&again) {
            assert_eq!(tokens.refresh, successor, "the family has forked");
            assert!(scene.is_alive(tokens).await, "the family is lost");
        }
        newest = successor;
    }
    scene.refresh(&newest).await;
    assert_eq!(scene.server.audited("oauth.refreshed").await, 4);
    assert_eq!(scene.server.audited("oauth.refresh_replayed").await, 0);
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_within_half_a_minute() {
    let scene = Scene::set().await;
    let first = scene.tokens().await;
    let second = scene.refresh(&first.refresh).await;
    for _ in 0..3 {
        scene.server.clock.advance_seconds(9);
        assert_eq!(scene.refresh(&first.refresh).await.refresh, second.refresh);
    }
    scene.refresh(&second.refresh).await;
}

#[tokio::test]
async fn asvs_10_4_5_after_the_retry_window_the_old_token_is_a_replay() {
    let scene = Scene::set().await;
    let first = scene.tokens().await;
    let second = scene.refresh(&first.refresh).await;
    assert!(scene.is_alive(&second).await);
    scene.server.clock.advance_seconds(31);
    scene.refused(&first.refresh).await;
    scene.refused(&second.refresh).await;
    assert!(!scene.is_alive(&second).await);
    assert_eq!(scene.server.audited("oauth.refresh_replayed").await, 1);
}

#[tokio::test]
async fn asvs_10_4_5_a_replay_after_the_successor_was_used_kills_that_family_and_no_other() {
    let scene = Scene::set().await;
    let other = scene.tokens().await;
    let eve = scene.server.person("eve").await;
    let eves = scene.app.tokens(&eve, &scene.program).await;
    let first = scene.tokens().await;
    let second = scene.refresh(&first.refresh).await;
    let third = scene.refresh(&second.refresh).await;
    assert!(scene.is_alive(&third).await, "and in memory");
    scene.refused(&first.refresh).await;
    for token in [&second, &third] {
        assert!(!scene.is_alive(token).await);
        scene.refused(&token.refresh).await;
    }
    assert!(scene.is_alive(&other).await && scene.is_alive(&eves).await);
    scene.refresh(&other.refresh).await;
    scene.refresh(&eves.refresh).await;
    assert!(scene.ada.is_signed_in().await);
    assert_eq!(scene.server.audited("oauth.refresh_replayed").await, 1);
}

/// A thief uses the stolen token first; the owner's own use unmasks them, or the other way round.
#[tokio::test]
async fn asvs_10_4_5_a_stolen_token_does_not_outlive_its_discovery() {
    let scene = Scene::set().await;
    let stolen = scene.tokens().await;
    let thief = scene.refresh(&stolen.refresh).await;
    let thief = scene.refresh(&thief.refresh).await;
    scene.refused(&stolen.refresh).await;
    scene.refused(&thief.refresh).await;
    assert!(!scene.is_alive(&thief).await);
}

#[tokio::test]
async fn with_a_window_of_zero_every_second_use_is_a_replay() {
    let mut scene = Scene::set().await;
    scene.server = scene
        .server
        .another_node(|config| config.oauth.refresh_retry_seconds = 0)
        .await;
    scene.program = scene.server.program();
    scene.ada = scene.server.visit_with(&scene.ada);
    let first = scene.tokens().await;
    let second = scene.refresh(&first.refresh).await;
    scene.refused(&first.refresh).await;
    scene.refused(&second.refresh).await;
}

#[tokio::test]
async fn asvs_10_4_8_a_refresh_token_ends_after_a_week_unused_and_a_family_after_a_month() {
    let scene = Scene::set().await;
    let unused = scene.tokens().await;
    let mut used = scene.tokens().await;
    scene.server.clock.advance_seconds(6 * DAY);
    used = scene.refresh(&used.refresh).await;
    scene.server.clock.advance_seconds(DAY);
    used = scene.refresh(&used.refresh).await;
    scene.refused(&unused.refresh).await;
    for _ in 0..3 {
        scene.server.clock.advance_seconds(6 * DAY);
        used = scene.refresh(&used.refresh).await;
    }
    scene.server.clock.advance_seconds(4 * DAY + DAY - 1);
    used = scene.refresh(&used.refresh).await;
    assert!(scene.is_alive(&used).await);
    // Thirty days: neither the refresh token nor the access token just given helps.
    scene.server.clock.advance_seconds(1);
    assert!(!scene.is_alive(&used).await);
    scene.refused(&used.refresh).await;
    assert_eq!(scene.server.audited("oauth.refresh_replayed").await, 0);
}

#[tokio::test]
async fn another_clients_token_is_refused_and_stays_good() {
    let scene = Scene::set().await;
    let tokens = scene.tokens().await;
    let other = App::other();
    let answer = other.refresh(&scene.program, &tokens.refresh).await;
    answer.oauth_error(400, "invalid_grant");
    let next = scene.refresh(&tokens.refresh).await;
    // Not even a spent one gives another client the power to kill the family.
    scene.refresh(&next.refresh).await;
    let answer = other.refresh(&scene.program, &tokens.refresh).await;
    answer.oauth_error(400, "invalid_grant");
    assert!(scene.is_alive(&next).await);
}

#[tokio::test]
async fn a_disabled_persons_token_is_refused() {
    let scene = Scene::set().await;
    let admin = scene.server.admin().await;
    let tokens = scene.tokens().await;
    let path = format!("/api/admin/users/{}/disable", scene.ada.user_id().await);
    admin.post(&path, json!({})).await.status(204);
    scene.refused(&tokens.refresh).await;
}

#[tokio::test]
async fn what_is_no_refresh_token_is_refused() {
    let scene = Scene::set().await;
    let tokens = scene.tokens().await;
    let session = scene.ada.session_token();
    let made_up = format!("pc_rt_{}", "A".repeat(43));
    for token in [
        &made_up,
        &tokens.access,
        &session,
        "x",
        "pc_rt_",
        &"x".repeat(10_000),
    ] {
        scene.refused(token).await;
    }
    let answer = scene.app.refresh(&scene.program, "").await;
    answer.oauth_error(400, "invalid_request");
    assert!(scene.is_alive(&tokens).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tabs_at_two_nodes_get_the_same_successor() {
    let scene = Scene::set().await;
    let node = scene.server.another_node(|_| {}).await;
    let tokens = scene.tokens().await;
    let answers = all_at_once((0..40).map(|number| {
        let (app, token) = (scene.app.clone(), tokens.refresh.clone());
        let program = match number % 2 {
            0 => scene.server.program(),
            _ => node.program(),
        };
        async move { Tokens::of(&app.refresh(&program, &token).await).refresh }
    }))
    .await;
    assert!(answers.iter().all(|other| *other == answers[0]));
}

/// Old and new token race: whoever comes first, nobody is left with two live branches.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn retries_that_race_the_use_of_the_successor_leave_at_most_one_branch() {
    let scene = Scene::set().await;
    for _ in 0..5 {
        let first = scene.tokens().await;
        let second = scene.refresh(&first.refresh).await;
        let answers = all_at_once((0..20).map(|number| {
            let (app, program) = (scene.app.clone(), scene.program.clone());
            let token = if number % 2 == 0 { &first } else { &second }
                .refresh
                .clone();
            async move { (number % 2, app.refresh(&program, &token).await) }
        }))
        .await;
        let mut successors: Vec<String> = answers
            .iter()
            .filter(|(used, answer)| *used == 1 && answer.status == 200)
            .map(|(_, answer)| answer.text_at("/refresh_token"))
            .collect();
        successors.sort();
        successors.dedup();
        assert!(successors.len() <= 1, "{successors:?}");
        for (used, answer) in answers {
            if used == 0 && answer.status == 200 {
                assert_eq!(answer.text_at("/refresh_token"), second.refresh);
            }
        }
    }
}
