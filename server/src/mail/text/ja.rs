//! The Japanese texts. Made by `cargo xtask text` from `server/text/ja.json`.

use super::Words;

/// The Japanese texts.
#[rustfmt::skip]
pub(crate) static JAPANESE: Words = Words {
    mail_language: "ja",
    verify_subject: "メールアドレスの確認",
    verify_body: "このアドレスがあなたの {brand} アカウントのものであることを確認してください。パスワードを忘れたとき、再びログインするために必要です。",
    verify_ends: "リンクは、ログインしている間、24時間以内に1回だけ使えます。",
    verify_button: "アドレスを確認する",
    verify_else: "アカウントを作成していない場合は、何もする必要はありません。",
    code_line: "または、コードを求められた画面に次のコードを入力してください：",
    code_ends: "コードは10分以内に1回だけ使えます。電話やメールでお尋ねすることはありません。",
    reset_subject: "新しいパスワードの設定",
    reset_body: "あなたの {brand} アカウントに新しいパスワードを設定するよう依頼がありました。設定すると、すべてのデバイスからログアウトします。",
    reset_ends: "リンクは30分以内に1回だけ使えます。",
    reset_button: "新しいパスワードを設定する",
    reset_else: "心当たりがない場合は、何もする必要はありません。パスワードはそのままです。",
    no_password_subject: "アカウントにパスワードがありません",
    no_password_body: "あなたの {brand} アカウントに新しいパスワードを設定するよう依頼がありました。このアカウントにはパスワードがなく、パスキーでログインします。",
    no_password_else: "心当たりがない場合は、何もする必要はありません。何も変わっていません。",
    sign_in_button: "ログイン",
    password_subject: "パスワードが変更されました",
    password_body: "あなたの {brand} アカウントのパスワードが変更されました。",
    added_subject: "パスキーが追加されました",
    added_body: "あなたの {brand} アカウントにパスキーが追加されました。そのパスキーを持つ人はログインできます。",
    removed_subject: "パスキーが削除されました",
    removed_body: "あなたの {brand} アカウントからパスキーが削除されました。",
    device_subject: "新しいデバイスからのログイン",
    device_body: "これまでに使われたことのないブラウザーから、あなたの {brand} アカウントへのログインがありました。",
    fact_time: "日時：{time}",
    fact_device: "デバイス：{device}",
    fact_address: "ネットワークアドレス：{address}",
    not_me_else: "ご自身の操作であれば、何もする必要はありません。",
    not_me_body: "心当たりがない場合は、すべてのデバイスをログアウトして、アカウントを保護してください：",
    not_me_button: "自分ではありません",
    not_me_ends: "リンクは7日以内に1回だけ使えます。開いただけでは何も変わらず、開いた画面でボタンを押すまで処理は行われません。",
    test_subject: "メールは届いています",
    test_body: "{brand} からメールを送信できます。これは管理者が送信したテストです。",
    foot: "あなたのアカウントに関する操作があったため、{brand} からお送りしています。このメールに返信しても、誰にも届きません。",
};
