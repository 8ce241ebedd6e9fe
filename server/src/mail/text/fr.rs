//! The French texts. Made by `cargo xtask text` from `server/text/fr.json`.

use super::Words;

/// The French texts.
#[rustfmt::skip]
pub(crate) static FRENCH: Words = Words {
    mail_language: "fr",
    verify_subject: "Confirmez votre adresse e-mail",
    verify_body: "Veuillez confirmer que cette adresse est celle de votre compte {brand}. Elle vous permet d’y revenir si vous oubliez votre mot de passe.",
    verify_ends: "Le lien fonctionne une fois, pendant 24 heures, tant que vous êtes connecté.",
    verify_button: "Confirmer mon adresse",
    verify_else: "Si vous n’avez pas créé de compte, vous n’avez rien à faire.",
    code_line: "Ou saisissez ce code là où il vous a été demandé :",
    code_ends: "Le code fonctionne une fois, pendant 10 minutes. Nous ne le demandons jamais par téléphone ni par e-mail.",
    reset_subject: "Choisir un nouveau mot de passe",
    reset_body: "Quelqu’un, vous sans doute, a demandé à choisir un nouveau mot de passe pour votre compte {brand}. Cela vous déconnecte de tous les appareils.",
    reset_ends: "Le lien fonctionne une fois, pendant 30 minutes.",
    reset_button: "Choisir un nouveau mot de passe",
    reset_else: "Si ce n’était pas vous, vous n’avez rien à faire : votre mot de passe reste le même.",
    no_password_subject: "Votre compte n’a pas de mot de passe",
    no_password_body: "Quelqu’un, vous sans doute, a demandé à choisir un nouveau mot de passe pour votre compte {brand}. Il n’en a pas : vous vous connectez avec une clé d’accès.",
    no_password_else: "Si ce n’était pas vous, vous n’avez rien à faire : rien n’a changé.",
    sign_in_button: "Se connecter",
    password_subject: "Votre mot de passe a été modifié",
    password_body: "Le mot de passe de votre compte {brand} a été modifié.",
    added_subject: "Une clé d’accès a été ajoutée",
    added_body: "Une clé d’accès a été ajoutée à votre compte {brand}. Qui la possède peut se connecter.",
    removed_subject: "Une clé d’accès a été supprimée",
    removed_body: "Une clé d’accès a été supprimée de votre compte {brand}.",
    device_subject: "Connexion depuis un nouvel appareil",
    device_body: "Quelqu’un s’est connecté à votre compte {brand} avec un navigateur que nous ne connaissons pas encore.",
    fact_time: "Quand : {time}",
    fact_device: "Appareil : {device}",
    fact_address: "Adresse réseau : {address}",
    not_me_else: "Si c’était vous, vous n’avez rien à faire.",
    not_me_body: "Si ce n’était pas vous, déconnectez tous les appareils et protégez votre compte :",
    not_me_button: "Ce n’était pas moi",
    not_me_ends: "Le lien fonctionne une fois, pendant 7 jours. L’ouvrir ne change rien tant que vous n’y appuyez pas sur le bouton.",
    test_subject: "Les e-mails arrivent",
    test_body: "{brand} peut envoyer des e-mails. Une personne qui l’administre a demandé celui-ci.",
    foot: "{brand} vous écrit parce qu’il s’est passé quelque chose sur votre compte. Personne ne lit les réponses à cet e-mail.",
};
