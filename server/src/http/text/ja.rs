//! The Japanese texts. Made by `cargo xtask text` from `server/text/ja.json`.

use super::Words;

/// The Japanese texts.
#[rustfmt::skip]
pub(crate) static JAPANESE: Words = Words {
    language: "ja",
    link_title: "このログイン用リンクは使えません",
    link_again: "アプリケーションに戻って、もう一度お試しください。繰り返し起こる場合は、運営者にお知らせください。",
    link_repeated: "リクエストに同じパラメーターが複数あります。",
    link_unknown: "アクセス元のアプリケーションは登録されていません。",
    link_address: "戻り先のアドレスは、このアプリケーションに登録されていません。",
    link_no_address: "リクエストに戻り先のアドレスがありません。",
    link_spent: "このログインは使用済みか、時間切れか、別のブラウザーで開始されたものです。",
    link_object: "アプリケーションの署名付きリクエストが無効です。",
    link_no_url: "戻り先のアドレスが正しくありません。",
    back_title: "戻っています",
    back_button: "続ける",
    out_question: "ログアウトしますか？",
    out_as: "{email} としてログインしています。",
    out_button: "ログアウト",
    out_done: "ログアウトしました",
    out_close: "このページを閉じてかまいません。",
    out_title: "このログアウト用リンクは使えません",
    out_hint: "このログアウトは、当サーバーの ID トークンで開始されたものではありません。",
    out_other: "ID トークンは別のアプリケーションに発行されたものです。",
};
