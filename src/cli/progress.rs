//! A bar on standard error for what takes longer than a second; nothing where standard error is no terminal.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::text::Lang;

/// How long nothing is shown: most work is done before.
const PATIENCE: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(120);

/// Shown from a second after it was made until it is dropped.
pub(super) struct Progress {
    bar: ProgressBar,
    /// Dropped to tell the thread that the work is done.
    running: Option<Sender<()>>,
    shower: Option<JoinHandle<()>>,
}

impl Progress {
    /// Work of `total` parts, told by [`Progress::step`].
    pub fn parts(total: usize) -> Progress {
        Progress::new(
            ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::hidden()),
            "{wide_bar} {pos}/{len} {eta}",
        )
    }

    /// Work whose length is not known beforehand: the time that has passed.
    pub fn waiting(lang: Lang) -> Progress {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let word = lang.pick("正在计算", "computing");
        Progress::new(bar.with_message(word), "{spinner} {msg} {elapsed}")
    }

    fn new(bar: ProgressBar, template: &str) -> Progress {
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        let (running, done) = channel();
        let shown = bar.clone();
        let shower = std::thread::spawn(move || {
            if done.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                // indicatif itself keeps silent where standard error is no terminal.
                shown.set_draw_target(ProgressDrawTarget::stderr());
                shown.enable_steady_tick(TICK);
            }
        });
        Progress {
            bar,
            running: Some(running),
            shower: Some(shower),
        }
    }

    pub fn step(&self) {
        self.bar.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.running = None;
        if let Some(shower) = self.shower.take() {
            // A thread that could not show the bar is no reason for another message.
            let _ = shower.join();
        }
        self.bar.finish_and_clear();
    }
}
