//! Doing things at the same time.

use futures::future::join_all;

/// Runs all of them at once, each in a task of its own, and answers what each came to.
pub async fn all_at_once<T, F>(tasks: impl IntoIterator<Item = F>) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let tasks: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
    let results = join_all(tasks).await;
    results.into_iter().map(Result::unwrap).collect()
}
