//! The German texts. Made by `cargo xtask text` from `server/text/de.json`.

use super::Words;

/// The German texts.
#[rustfmt::skip]
pub(crate) static GERMAN: Words = Words {
    language: "de",
    link_title: "Dieser Anmeldelink funktioniert nicht",
    link_again: "Gehen Sie zur Anwendung zurück und versuchen Sie es noch einmal. Wenn es wieder geschieht, sagen Sie es denen, die sie betreiben.",
    link_repeated: "Ein Parameter der Anfrage kommt mehr als einmal vor.",
    link_unknown: "Die Anwendung, von der Sie kommen, ist nicht registriert.",
    link_address: "Die Adresse, zu der es zurückgehen soll, ist für diese Anwendung nicht registriert.",
    link_no_address: "Die Anfrage nennt keine Adresse, zu der es zurückgehen soll.",
    link_spent: "Diese Anmeldung wurde schon benutzt, hat zu lange gedauert oder wurde in einem anderen Browser begonnen.",
    link_object: "Die signierte Anfrage der Anwendung ist nicht gültig.",
    link_no_url: "Die Adresse, zu der es zurückgehen soll, ist keine Webadresse.",
    back_title: "Es geht zurück",
    back_button: "Weiter",
    out_question: "Abmelden?",
    out_as: "Sie sind als {email} angemeldet.",
    out_button: "Abmelden",
    out_done: "Sie sind abgemeldet",
    out_close: "Sie können diese Seite schließen.",
    out_title: "Dieser Abmeldelink funktioniert nicht",
    out_hint: "Diese Abmeldung wurde nicht mit einem ID-Token von uns begonnen.",
    out_other: "Das ID-Token wurde einer anderen Anwendung gegeben.",
};
