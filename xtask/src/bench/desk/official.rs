//! What officials do: some write, save and send in, others read, approve and publish; all look at the list and search.

use super::fill::Article;
use super::http::Browser;
use super::office::{DESK, between, search};
use crate::{Outcome, shell};
use std::collections::{BTreeMap, VecDeque};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

/// Between two steps of somebody lie this many milliseconds, and up to as many more. A page saves by itself 2.5 seconds
/// after the last key: this is the hurry of three times as many people.
const PAUSE: u64 = 500;
/// How often a text is saved before it is sent in.
const SAVES: usize = 5;
/// Priority ("nice") of officials' own computers.
const LOWEST: i32 = 19;
/// What was published and is not in the head by then never will be.
const LOST: Duration = Duration::from_secs(10);

pub const SAVE: &str = "save a draft";
pub const PUBLISH: &str = "publish";
pub const VISIBLE: &str = "publish to head";
pub const LIST: &str = "list";
pub const SEARCH: &str = "search";

/// Milliseconds of every step, by its name.
pub type Samples = BTreeMap<&'static str, Vec<f64>>;

/// Where officials and whoever measures meet.
pub struct Floor {
    /// Officials do something only while this holds.
    working: AtomicBool,
    over: AtomicBool,
    /// Works that were sent in and that no approver has taken.
    waiting: Mutex<VecDeque<u64>>,
    articles: Vec<Article>,
}

impl Floor {
    pub fn new(articles: Vec<Article>) -> Floor {
        Floor { working: AtomicBool::new(false), over: AtomicBool::new(false), waiting: Mutex::default(), articles }
    }

    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    fn is_working(&self) -> bool {
        self.working.load(Ordering::Relaxed)
    }

    pub fn set_working(&self, working: bool) {
        self.working.store(working, Ordering::Relaxed);
    }

    pub fn close(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<u64>> {
        self.waiting.lock().unwrap_or_else(|e| e.into_inner())
    }
}

/// Why somebody goes home.
enum End {
    Over,
    Trouble(String),
}

impl From<String> for End {
    fn from(trouble: String) -> End {
        End::Trouble(trouble)
    }
}

pub struct Official {
    browser: Browser,
    writes: bool,
    /// Draws the pauses; starts from a number of his own, so that no two keep step.
    chance: u64,
    /// The article he is at.
    at: usize,
    samples: Samples,
}

impl Official {
    pub fn new(browser: Browser, number: usize, writes: bool) -> Official {
        Official { browser, writes, chance: number as u64, at: number * 29, samples: Samples::new() }
    }

    /// Until the floor is closed. Trouble of one closes it for all.
    pub fn work(mut self, floor: &Floor) -> Outcome<Samples> {
        // In life his computer is another one: what it computes here must not take the server's time from readers.
        let me = rustix::thread::gettid();
        rustix::process::setpriority_process(Some(me), LOWEST).map_err(|error| error.to_string())?;
        // And wakes nobody else later: a processor on which only such threads run counts as free (sched(7), SCHED_IDLE).
        let mut idle = Command::new("chrt");
        shell::output(idle.args(["--idle", "--pid", "0", &me.as_raw_nonzero().to_string()])).ok_or("chrt failed")?;
        loop {
            self.at += 1;
            let done = if self.writes { self.write(floor) } else { self.judge(floor) };
            match done {
                Ok(()) => {}
                Err(End::Over) => return Ok(self.samples),
                Err(End::Trouble(trouble)) => {
                    floor.close();
                    return Err(trouble);
                }
            }
        }
    }

    /// One work, from its first word until it is sent in.
    fn write(&mut self, floor: &Floor) -> Result<(), End> {
        let article = &floor.articles[self.at % floor.articles.len()];
        self.pause(floor)?;
        let (id, answer) = article.begin(&mut self.browser)?;
        self.note(SAVE, answer.took);
        let path = format!("{DESK}/viec/{id}");
        let (mut text, mut version) = (article.text.clone(), "1".to_owned());
        for n in 1..=SAVES {
            self.pause(floor)?;
            text.push_str(&format!("\n\nThêm lần {n}."));
            let mut form = article.form(&text);
            form.push(("version", version.as_str()));
            let answer = self.browser.save(&path, &form)?;
            version = answer.json()?["version"].to_string();
            self.note(SAVE, answer.took);
        }
        self.pause(floor)?;
        let mut form = article.form(&text);
        form.extend([("version", version.as_str()), ("do", "submit")]);
        self.browser.save(&path, &form)?;
        floor.waiting().push_back(id);
        self.look(floor, article)
    }

    /// One work read, approved and published, and the head asked until it knows.
    fn judge(&mut self, floor: &Floor) -> Result<(), End> {
        self.look(floor, &floor.articles[self.at % floor.articles.len()])?;
        let Some(id) = floor.waiting().pop_front() else { return Ok(()) };
        let path = format!("{DESK}/viec/{id}");
        self.pause(floor)?;
        let page = self.browser.get(&path)?.text()?;
        let seen = between(&page, "name=\"seen\" value=\"", "\"")?;
        self.pause(floor)?;
        let began = Instant::now();
        let answer = self.browser.send(&format!("{path}/buoc"), &[("do", "approve publish"), ("seen", seen)], 303)?;
        let (mut head, mut took) = (self.browser.position("/sync/head")?, began.elapsed());
        self.note(PUBLISH, answer.took);
        // Others publish meanwhile: only its own position tells that this one is there.
        let page = self.browser.get(&path)?.text()?;
        let item = between(&page, "href=\"/tin/", "\"")?;
        let own = self.browser.position(&format!("/sync/item/{item}"))?;
        while head < own {
            if began.elapsed() > LOST {
                return Err(End::Trouble(format!("work {id} was published and is not in the head")));
            }
            thread::sleep(Duration::from_millis(5));
            (head, took) = (self.browser.position("/sync/head")?, began.elapsed());
        }
        self.note(VISIBLE, took);
        Ok(())
    }

    /// The list, and a search for what stands in a title.
    fn look(&mut self, floor: &Floor, article: &Article) -> Result<(), End> {
        let words: Vec<&str> = article.title.split_whitespace().take(2).collect();
        for (step, path) in [(LIST, format!("{DESK}/viec")), (SEARCH, search(&words.join(" ")))] {
            self.pause(floor)?;
            let answer = self.browser.get(&path)?;
            // Whoever is signed out gets a page too.
            between(&answer.text()?, "name=\"q\"", ">")?;
            self.note(step, answer.took);
        }
        Ok(())
    }

    fn note(&mut self, step: &'static str, took: Duration) {
        self.samples.entry(step).or_default().push(took.as_secs_f64() * 1_000.0);
    }

    /// Waits as people do, and for as long as nobody works.
    fn pause(&mut self, floor: &Floor) -> Result<(), End> {
        while !floor.is_over() {
            if !floor.is_working() {
                thread::sleep(Duration::from_millis(20));
                continue;
            }
            self.chance = self.chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            thread::sleep(Duration::from_millis(PAUSE + (self.chance >> 33) % PAUSE));
            if floor.is_working() {
                return Ok(());
            }
        }
        Err(End::Over)
    }
}
