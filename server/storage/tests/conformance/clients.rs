//! OAuth clients: registered once, changed and deleted with what they were given.

use portcullis_domain::{
    SecretHash, Timestamp,
    audit::AuditKind::{
        ClientCreated, ClientDeleted, ClientSecretRotated, ClientUpdated, CodeIssued, CodeReused,
        FamilyBegan, SessionsEnded,
    },
    clients::{ClientSecret, ClientStore, KeptClient, UpdateClient},
    oauth::{ConsumeCode, OAuthStore, PushedRequest, TokenFamily},
    sessions::SessionStore,
};
use portcullis_storage::Database;
use portcullis_types::client::{AuthMethod, Client};

use crate::support::*;

fn confidential(id: &str, method: AuthMethod) -> Client {
    let mut client = Client::new(id, "Shop");
    client.token_endpoint_auth_method = method;
    client.redirect_uris = vec!["https://shop.example/callback".to_owned()];
    client
}

fn secret(at: Timestamp) -> ClientSecret {
    ClientSecret {
        secret: hash(),
        sealed: Some(vec![1, 2, 3]),
        created_at: at,
        expires_at: None,
    }
}

async fn create(db: &Database, id: &str, method: AuthMethod) -> SecretHash {
    let (client, secret) = (confidential(id, method), secret(NOW));
    let made = secret.secret;
    let created = db.create_client(client, Some(secret), event(ClientCreated));
    assert!(created.await.unwrap());
    made
}

async fn kept(db: &Database, id: &str) -> KeptClient {
    db.client(id).await.unwrap().unwrap()
}

fn hashes(kept: &KeptClient) -> Vec<SecretHash> {
    kept.secrets.iter().map(|secret| secret.secret).collect()
}

async fn a_client_comes_back_as_it_was_registered(db: &Fixture) {
    let client = confidential("shop", AuthMethod::ClientSecretJwt);
    let secret = secret(NOW);
    let created = db.create_client(client.clone(), Some(secret.clone()), event(ClientCreated));
    assert!(created.await.unwrap());
    let kept = kept(db, "shop").await;
    assert_eq!(kept.client, client);
    assert_eq!((kept.created_at, kept.updated_at), (NOW, NOW));
    assert_eq!(hashes(&kept), [secret.secret]);
    assert_eq!(kept.secrets[0].sealed, secret.sealed);
    assert!(db.client("other").await.unwrap().is_none());
    let public = Client::new("spa", "Spa");
    let created = db.create_client(public.clone(), None, event(ClientCreated));
    assert!(created.await.unwrap());
    assert!(db.client("spa").await.unwrap().unwrap().secrets.is_empty());
    assert_eq!(db.count_audited(ClientCreated).await, 2);
}

async fn of_many_who_register_an_id_one_does(db: &Fixture) {
    for (round, callers) in ROUNDS.into_iter().enumerate() {
        let results = db
            .race(callers, move |node, caller| async move {
                let mut client = confidential(&format!("c{round}"), AuthMethod::ClientSecretBasic);
                client.name = caller.to_string();
                let created = node.create_client(client, Some(secret(NOW)), event(ClientCreated));
                created.await.unwrap().then_some(caller)
            })
            .await;
        let won: Vec<usize> = results.into_iter().flatten().collect();
        assert_eq!(won.len(), 1, "of {callers}");
        let kept = kept(db, &format!("c{round}")).await;
        assert_eq!(kept.client.name, won[0].to_string());
        assert_eq!(kept.secrets.len(), 1);
    }
    assert_eq!(db.count_audited(ClientCreated).await, ROUNDS.len());
}

async fn clients_come_in_pages_by_the_bytes_of_their_ids(db: &Fixture) {
    for id in ["b", "a", "B", "a-1", "aa", "A", "~"] {
        create(db, id, AuthMethod::ClientSecretBasic).await;
    }
    let later = secret(later(1));
    let rotated =
        db.rotate_client_secret("a", later, NOW.plus_seconds(60), event(ClientSecretRotated));
    assert!(rotated.await.unwrap());
    let mut all = Vec::new();
    loop {
        let after = all.last().cloned();
        let page = db.clients("", after.as_deref(), 3).await.unwrap();
        assert!(page.len() <= 3);
        if page.is_empty() {
            break;
        }
        all.extend(page.into_iter().map(|kept| kept.client.id));
    }
    assert_eq!(all, ["A", "B", "a", "a-1", "aa", "b", "~"]);
}

async fn clients_are_found_by_a_part_of_their_id_or_name(db: &Fixture) {
    for (id, name) in [
        ("shop-web", "The Shop"),
        ("till", "Shop 100%"),
        ("a_b", "Über \"uns\""),
        ("axb", "shop's other half"),
    ] {
        let mut client = confidential(id, AuthMethod::None);
        name.clone_into(&mut client.name);
        let created = db.create_client(client, None, event(ClientCreated));
        assert!(created.await.unwrap());
    }
    for (search, found) in [
        ("", &["a_b", "axb", "shop-web", "till"][..]),
        ("sHoP", &["axb", "shop-web", "till"]),
        ("the shop", &["shop-web"]),
        ("TILL", &["till"]),
        // What stands for anything elsewhere is only itself.
        ("%", &["till"]),
        ("a_b", &["a_b"]),
        ("!", &[]),
        ("\\", &[]),
        // A name is searched, not how it is written down.
        ("Über \"", &["a_b"]),
        ("p's", &["axb"]),
        ("redirect_uris", &[]),
    ] {
        let page = db.clients(search, None, 10).await.unwrap();
        let ids: Vec<_> = page.into_iter().map(|kept| kept.client.id).collect();
        assert_eq!(ids, found, "{search}");
    }
    // The limit counts what was found.
    let page = db.clients("shop", Some("axb"), 1).await.unwrap();
    assert_eq!(page.len(), 1);
    assert_eq!(page[0].client.id, "shop-web");
}

async fn a_change_keeps_the_secret_unless_the_method_takes_another(db: &Fixture) {
    let first = create(db, "shop", AuthMethod::ClientSecretBasic).await;
    let update = |method, new: ClientSecret| {
        let mut client = confidential("shop", method);
        "Changed".clone_into(&mut client.name);
        db.update_client(client, new, event(ClientUpdated))
    };
    let done = update(AuthMethod::ClientSecretPost, secret(NOW)).await;
    assert_eq!(done.unwrap(), UpdateClient::Updated);
    let now = kept(db, "shop").await;
    assert_eq!(now.client.name, "Changed");
    assert_eq!(hashes(&now), [first]);
    let new = secret(NOW);
    let done = update(AuthMethod::ClientSecretJwt, new.clone()).await;
    assert_eq!(done.unwrap(), UpdateClient::UpdatedWithSecret);
    assert_eq!(hashes(&kept(db, "shop").await), [new.secret]);
    let done = update(AuthMethod::None, secret(NOW)).await;
    assert_eq!(done.unwrap(), UpdateClient::Updated);
    assert!(kept(db, "shop").await.secrets.is_empty());
    let unknown = confidential("other", AuthMethod::None);
    let done = db.update_client(unknown, secret(NOW), event(ClientUpdated));
    assert_eq!(done.await.unwrap(), UpdateClient::NoClient);
    assert_eq!(db.count_audited(ClientUpdated).await, 3);
}

async fn a_change_of_what_was_seen_leaves_what_is_another_by_now(db: &Fixture) {
    create(db, "shop", AuthMethod::ClientSecretBasic).await;
    let seen = kept(db, "shop").await.client;
    let update = |name: &str, method| {
        let mut client = confidential("shop", method);
        name.clone_into(&mut client.name);
        db.update_client_seen(seen.clone(), client, secret(NOW), event(ClientUpdated))
    };
    let method = AuthMethod::ClientSecretBasic;
    let done = update("First", method).await.unwrap();
    assert_eq!(done, UpdateClient::Updated);
    let before = kept(db, "shop").await;
    for method in [method, AuthMethod::ClientSecretJwt] {
        let done = update("Second", method).await.unwrap();
        assert_eq!(done, UpdateClient::Changed);
    }
    let now = kept(db, "shop").await;
    assert_eq!(now.client.name, "First");
    assert_eq!(hashes(&now), hashes(&before));
    let unknown = confidential("other", method);
    let done = db.update_client_seen(unknown.clone(), unknown, secret(NOW), event(ClientUpdated));
    assert_eq!(done.await.unwrap(), UpdateClient::NoClient);
    assert_eq!(db.count_audited(ClientUpdated).await, 1);
}

async fn of_fifty_changes_of_what_was_seen_one_is_made(db: &Fixture) {
    create(db, "shop", AuthMethod::ClientSecretBasic).await;
    let seen = kept(db, "shop").await.client;
    let done = db.race(50, |node, caller| {
        let (seen, mut client) = (seen.clone(), seen.clone());
        client.name = format!("Shop {caller}");
        async move {
            let changed = node.update_client_seen(seen, client, secret(NOW), event(ClientUpdated));
            changed.await.unwrap()
        }
    });
    let done = done.await;
    let made = done.iter().filter(|it| **it == UpdateClient::Updated);
    assert_eq!(made.count(), 1);
    assert_eq!(db.count_audited(ClientUpdated).await, 1);
}

async fn a_secret_and_the_one_before_it_are_good_and_no_third(db: &Fixture) {
    let first = create(db, "shop", AuthMethod::ClientSecretBasic).await;
    let rotate = |new: ClientSecret, until| {
        db.rotate_client_secret("shop", new, until, event(ClientSecretRotated))
    };
    let (second, third, fourth) = (secret(later(1)), secret(later(2)), secret(later(3)));
    let hash_of = |secret: &ClientSecret| secret.secret;
    let [two, three, four] = [&second, &third, &fourth].map(hash_of);
    assert!(rotate(second, later(60)).await.unwrap());
    let now = kept(db, "shop").await;
    assert_eq!(hashes(&now), [two, first]);
    let ends: Vec<_> = now.secrets.iter().map(|it| it.expires_at).collect();
    assert_eq!(ends, [None, Some(later(60))]);
    assert!(rotate(third, later(60)).await.unwrap());
    assert_eq!(hashes(&kept(db, "shop").await), [three, two]);
    // Without an overlap.
    assert!(rotate(fourth, NOW).await.unwrap());
    assert_eq!(hashes(&kept(db, "shop").await), [four]);
    let public = Client::new("spa", "Spa");
    db.create_client(public, None, event(ClientCreated))
        .await
        .unwrap();
    for id in ["spa", "nobody"] {
        let rotated =
            db.rotate_client_secret(id, secret(NOW), later(60), event(ClientSecretRotated));
        assert!(!rotated.await.unwrap());
    }
    assert_eq!(db.count_audited(ClientSecretRotated).await, 3);
}

async fn of_many_who_rotate_two_secrets_are_left(db: &Fixture) {
    create(db, "shop", AuthMethod::ClientSecretBasic).await;
    for callers in ROUNDS {
        let results = db
            .race(callers, |node, _| async move {
                let until = later(60);
                let audit = event(ClientSecretRotated);
                node.rotate_client_secret("shop", secret(NOW), until, audit)
                    .await
                    .unwrap()
            })
            .await;
        assert!(results.into_iter().all(|rotated| rotated));
        let now = kept(db, "shop").await;
        let lasting = now.secrets.iter().filter(|it| it.expires_at.is_none());
        assert_eq!((now.secrets.len(), lasting.count()), (2, 1));
    }
}

/// A family of that client.
fn family_of(client: &str, family: TokenFamily) -> TokenFamily {
    TokenFamily {
        client_id: client.to_owned(),
        ..family
    }
}

async fn deleting_a_client_ends_what_it_was_given_and_nothing_else(db: &Fixture) {
    let user = ada(db).await;
    create(db, "shop", AuthMethod::ClientSecretBasic).await;
    let (mine, theirs) = (family_of("shop", new_family(user)), new_family(user));
    for family in [&mine, &theirs] {
        let begun = db.begin_family(family.clone(), new_token(), event(FamilyBegan));
        assert!(begun.await.unwrap());
    }
    let code = |client: &str| {
        let mut code = new_code(user);
        client.clone_into(&mut code.client_id);
        code
    };
    let (unspent, spent, other) = (code("shop"), code("shop"), code("spa"));
    for code in [&unspent, &spent, &other] {
        db.save_code(code.clone(), event(CodeIssued)).await.unwrap();
    }
    let consume =
        |code: SecretHash, client| db.consume_code(code, client, later(2), event(CodeReused));
    db.consume_code(spent.code, "shop", NOW, event(CodeReused))
        .await
        .unwrap();
    let pushed = PushedRequest {
        request: hash(),
        client_id: "shop".to_owned(),
        sealed: vec![1],
        expires_at: later(60),
    };
    db.save_pushed_request(pushed.clone()).await.unwrap();

    let deleted = db.delete_client("shop", later(1), event(ClientDeleted));
    assert!(deleted.await.unwrap());
    assert!(db.client("shop").await.unwrap().is_none());
    let revoked =
        async |family: &TokenFamily| db.family(family.id).await.unwrap().unwrap().revoked_at;
    assert_eq!(revoked(&mine).await, Some(later(1)));
    assert_eq!(revoked(&theirs).await, None);
    let unspent = consume(unspent.code, "shop").await.unwrap();
    assert!(matches!(unspent, ConsumeCode::Unknown));
    let late = TokenFamily {
        id: spent.family,
        ..family_of("shop", new_family(user))
    };
    let begun = db.begin_family(late, new_token(), event(FamilyBegan));
    assert!(!begun.await.unwrap(), "its code was spent before");
    let other = consume(other.code, "spa").await.unwrap();
    assert!(matches!(other, ConsumeCode::Fresh(_)));
    let shown = db.consume_pushed_request(pushed.request, "shop", later(2));
    assert_eq!(shown.await.unwrap(), None);
    let again = db.delete_client("shop", later(2), event(ClientDeleted));
    assert!(!again.await.unwrap());
    assert_eq!(db.count_audited(ClientDeleted).await, 1);
    // Another one with its id has nothing of it.
    create(db, "shop", AuthMethod::ClientSecretBasic).await;
    assert_eq!(kept(db, "shop").await.secrets.len(), 1);
}

/// Both lock many codes and families; neither waits for the other for ever.
async fn clients_and_users_that_end_at_once_do_not_fail(db: &Fixture) {
    for _ in 0..6 {
        let mut users = Vec::new();
        for _ in 0..2 {
            users.push(crate::support::create(db, new_account(&unique_name())).await);
        }
        for client in ["one", "two"] {
            create(db, client, AuthMethod::ClientSecretBasic).await;
            for user in users.iter().cycle().take(20) {
                let mut code = new_code(*user);
                client.clone_into(&mut code.client_id);
                db.save_code(code, event(CodeIssued)).await.unwrap();
                let family = family_of(client, new_family(*user));
                let begun = db.begin_family(family, new_token(), event(FamilyBegan));
                assert!(begun.await.unwrap());
            }
        }
        let users = (users[0], users[1]);
        let results = db
            .race(4, move |node, caller| async move {
                let failed = |error: portcullis_domain::StorageError| error.to_string();
                let user = if caller < 2 { users.0 } else { users.1 };
                let client = if caller == 1 { "one" } else { "two" };
                match caller {
                    0 | 2 => node
                        .end_sessions(user, None, later(1), event(SessionsEnded))
                        .await
                        .map(drop)
                        .map_err(failed),
                    _ => node
                        .delete_client(client, later(1), event(ClientDeleted))
                        .await
                        .map(drop)
                        .map_err(failed),
                }
            })
            .await;
        assert!(results.iter().all(Result::is_ok), "{results:?}");
    }
}

conformance!(
    a_client_comes_back_as_it_was_registered,
    of_many_who_register_an_id_one_does,
    clients_come_in_pages_by_the_bytes_of_their_ids,
    clients_are_found_by_a_part_of_their_id_or_name,
    a_change_keeps_the_secret_unless_the_method_takes_another,
    a_change_of_what_was_seen_leaves_what_is_another_by_now,
    of_fifty_changes_of_what_was_seen_one_is_made,
    a_secret_and_the_one_before_it_are_good_and_no_third,
    of_many_who_rotate_two_secrets_are_left,
    deleting_a_client_ends_what_it_was_given_and_nothing_else,
    clients_and_users_that_end_at_once_do_not_fail,
);
