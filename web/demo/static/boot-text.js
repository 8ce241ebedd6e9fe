// Made by `cargo xtask text` from `web/demo/text`.

export default {
  en: {
    title: "This page couldn’t start",
    blocked: "Your browser doesn’t run WebAssembly here. It may be switched off by a security setting, or the browser may be too old. Allow it for this site, or try another browser.",
    network: "A part of the page didn’t arrive. Check your connection, then try again.",
    crashed: "Something in the page failed while it was starting. Please try again.",
    again: "Try again",
    failed: "Something on this page has failed. Please reload it: notes you were writing are kept.",
  },
  de: {
    title: "Diese Seite konnte nicht starten",
    blocked: "Ihr Browser führt hier kein WebAssembly aus. Vielleicht ist es durch eine Sicherheitseinstellung abgeschaltet, oder der Browser ist zu alt. Erlauben Sie es für diese Website oder nehmen Sie einen anderen Browser.",
    network: "Ein Teil der Seite ist nicht angekommen. Prüfen Sie die Verbindung und versuchen Sie es erneut.",
    crashed: "Beim Starten der Seite ist etwas fehlgeschlagen. Bitte versuchen Sie es erneut.",
    again: "Erneut versuchen",
    failed: "Auf dieser Seite ist etwas fehlgeschlagen. Bitte laden Sie sie neu: Angefangene Notizen bleiben erhalten.",
  },
  fr: {
    title: "Cette page n’a pas pu démarrer",
    blocked: "Votre navigateur n’exécute pas WebAssembly ici. Un réglage de sécurité le désactive peut-être, ou le navigateur est trop ancien. Autorisez-le pour ce site ou essayez un autre navigateur.",
    network: "Une partie de la page n’est pas arrivée. Vérifiez votre connexion, puis réessayez.",
    crashed: "Quelque chose a échoué au démarrage de la page. Veuillez réessayer.",
    again: "Réessayer",
    failed: "Quelque chose a échoué sur cette page. Rechargez-la : les notes en cours sont conservées.",
  },
  es: {
    title: "Esta página no ha podido arrancar",
    blocked: "Tu navegador no ejecuta WebAssembly aquí. Puede que lo desactive un ajuste de seguridad o que el navegador sea demasiado antiguo. Permítelo para este sitio o prueba con otro navegador.",
    network: "Una parte de la página no ha llegado. Revisa tu conexión e inténtalo de nuevo.",
    crashed: "Algo ha fallado al arrancar la página. Inténtalo de nuevo.",
    again: "Reintentar",
    failed: "Algo ha fallado en esta página. Vuelve a cargarla: las notas que estabas escribiendo se conservan.",
  },
  ja: {
    title: "ページを開始できませんでした",
    blocked: "このブラウザではここで WebAssembly を実行できません。セキュリティ設定で無効になっているか、ブラウザが古い可能性があります。このサイトで許可するか、別のブラウザをお試しください。",
    network: "ページの一部が届きませんでした。接続を確認して、もう一度お試しください。",
    crashed: "ページの開始中に問題が起きました。もう一度お試しください。",
    again: "もう一度試す",
    failed: "このページで問題が起きました。再読み込みしてください。書きかけのノートは残っています。",
  },
};
