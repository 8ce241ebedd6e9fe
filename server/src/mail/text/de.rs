//! The German texts. Made by `cargo xtask text` from `server/text/de.json`.

use super::Words;

/// The German texts.
#[rustfmt::skip]
pub(crate) static GERMAN: Words = Words {
    mail_language: "de",
    verify_subject: "Bestätigen Sie Ihre E-Mail-Adresse",
    verify_body: "Bitte bestätigen Sie, dass diese Adresse zu Ihrem Konto bei {brand} gehört. Sie brauchen sie, um wieder hineinzukommen, wenn Sie Ihr Passwort vergessen.",
    verify_ends: "Der Link funktioniert einmal, 24 Stunden lang, solange Sie angemeldet sind.",
    verify_button: "Adresse bestätigen",
    verify_else: "Wenn Sie kein Konto angelegt haben, brauchen Sie nichts zu tun.",
    code_line: "Oder geben Sie diesen Code dort ein, wo Sie danach gefragt wurden:",
    code_ends: "Der Code funktioniert einmal, 10 Minuten lang. Wir fragen nie am Telefon oder per Mail danach.",
    reset_subject: "Neues Passwort setzen",
    reset_body: "Jemand, hoffentlich Sie, möchte ein neues Passwort für Ihr Konto bei {brand} setzen. Sie werden damit auf allen Geräten abgemeldet.",
    reset_ends: "Der Link funktioniert einmal, 30 Minuten lang.",
    reset_button: "Neues Passwort setzen",
    reset_else: "Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Ihr Passwort bleibt, wie es ist.",
    no_password_subject: "Ihr Konto hat kein Passwort",
    no_password_body: "Jemand, hoffentlich Sie, möchte ein neues Passwort für Ihr Konto bei {brand} setzen. Es hat keines: Sie melden sich mit einem Passkey an.",
    no_password_else: "Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Es hat sich nichts geändert.",
    sign_in_button: "Anmelden",
    password_subject: "Ihr Passwort wurde geändert",
    password_body: "Das Passwort Ihres Kontos bei {brand} wurde geändert.",
    added_subject: "Ein Passkey wurde hinzugefügt",
    added_body: "Ihrem Konto bei {brand} wurde ein Passkey hinzugefügt. Wer ihn hat, kann sich anmelden.",
    removed_subject: "Ein Passkey wurde entfernt",
    removed_body: "Aus Ihrem Konto bei {brand} wurde ein Passkey entfernt.",
    device_subject: "Anmeldung mit einem neuen Gerät",
    device_body: "Jemand hat sich mit einem Browser, den wir noch nicht kennen, in Ihrem Konto bei {brand} angemeldet.",
    fact_time: "Wann: {time}",
    fact_device: "Gerät: {device}",
    fact_address: "Netzwerkadresse: {address}",
    not_me_else: "Wenn Sie das waren, brauchen Sie nichts zu tun.",
    not_me_body: "Wenn Sie das nicht waren, melden Sie alle Geräte ab und sichern Sie Ihr Konto:",
    not_me_button: "Das war ich nicht",
    not_me_ends: "Der Link funktioniert einmal, 7 Tage lang. Ihn zu öffnen ändert nichts, bis Sie dort den Knopf drücken.",
    test_subject: "Mails kommen an",
    test_body: "{brand} kann Mails verschicken. Jemand, der es betreibt, hat diese hier angefordert.",
    foot: "{brand} schreibt Ihnen das, weil etwas mit Ihrem Konto geschehen ist. Antworten auf diese Mail liest niemand.",
};
