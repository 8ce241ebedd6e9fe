//! The Spanish texts. Made by `cargo xtask text` from `server/text/es.json`.

use super::Words;

/// The Spanish texts.
#[rustfmt::skip]
pub(crate) static SPANISH: Words = Words {
    mail_language: "es",
    verify_subject: "Confirme su dirección de correo",
    verify_body: "Confirme que esta dirección es la de su cuenta de {brand}. La necesita para volver a entrar si olvida su contraseña.",
    verify_ends: "El enlace funciona una vez, durante 24 horas, mientras haya iniciado sesión.",
    verify_button: "Confirmar mi dirección",
    verify_else: "Si no ha creado ninguna cuenta, no tiene que hacer nada.",
    code_line: "O escriba este código donde se le haya pedido:",
    code_ends: "El código funciona una vez, durante 10 minutos. Nunca lo pedimos por teléfono ni por correo.",
    reset_subject: "Elegir una contraseña nueva",
    reset_body: "Alguien, esperamos que usted, ha pedido elegir una contraseña nueva para su cuenta de {brand}. Al hacerlo se cierra la sesión en todos los dispositivos.",
    reset_ends: "El enlace funciona una vez, durante 30 minutos.",
    reset_button: "Elegir una contraseña nueva",
    reset_else: "Si no fue usted, no tiene que hacer nada: su contraseña sigue siendo la misma.",
    no_password_subject: "Su cuenta no tiene contraseña",
    no_password_body: "Alguien, esperamos que usted, ha pedido elegir una contraseña nueva para su cuenta de {brand}. No tiene ninguna: usted entra con una llave de acceso.",
    no_password_else: "Si no fue usted, no tiene que hacer nada: no ha cambiado nada.",
    sign_in_button: "Iniciar sesión",
    password_subject: "Se ha cambiado su contraseña",
    password_body: "Se ha cambiado la contraseña de su cuenta de {brand}.",
    added_subject: "Se ha añadido una llave de acceso",
    added_body: "Se ha añadido una llave de acceso a su cuenta de {brand}. Quien la tenga puede entrar.",
    removed_subject: "Se ha quitado una llave de acceso",
    removed_body: "Se ha quitado una llave de acceso de su cuenta de {brand}.",
    device_subject: "Inicio de sesión desde un dispositivo nuevo",
    device_body: "Alguien ha entrado en su cuenta de {brand} con un navegador que no conocíamos.",
    fact_time: "Cuándo: {time}",
    fact_device: "Dispositivo: {device}",
    fact_address: "Dirección de red: {address}",
    not_me_else: "Si fue usted, no tiene que hacer nada.",
    not_me_body: "Si no fue usted, cierre la sesión en todos los dispositivos y proteja su cuenta:",
    not_me_button: "No fui yo",
    not_me_ends: "El enlace funciona una vez, durante 7 días. Abrirlo no cambia nada hasta que pulse allí el botón.",
    test_subject: "El correo funciona",
    test_body: "{brand} puede enviar correo. Alguien que lo administra ha pedido este mensaje.",
    foot: "{brand} le escribe por algo que ha ocurrido en su cuenta. Nadie lee las respuestas a este correo.",
};
