//! Lists of works. Each asks for what it shows, of what somebody may look at, and has an index for that: nothing is left
//! out because other works were changed later.

use super::Person;
use super::work::decode;
use crate::error::Error;
use crate::store::Store;
use domain::content::{ItemId, PlaceCode, Time};
use domain::editorial::{Action, Manuscript, Reach, Stage, reach};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

/// A line of a list.
#[derive(Clone, Debug)]
pub struct Listed {
    pub id: i64,
    pub stage: Stage,
    pub live: bool,
    pub title: String,
    pub text: Manuscript,
    pub created_by: i64,
    pub author: String,
    pub changed: Time,
    pub hands: Vec<i64>,
    pub item: Option<ItemId>,
    /// How often its item was opened.
    pub opens: i64,
}

/// Which works, and in which order.
#[derive(Clone, Copy, Debug)]
pub enum List<'a> {
    /// At some stages, with these words in title, summary or number; the last changed first.
    Found { stages: &'a [Stage], words: &'a str },
    /// What readers have that this person may not look at here, with these words, without alerts; the last changed first.
    Elsewhere { words: &'a str },
    /// Alerts, or all the rest, at some stages; the last changed first.
    At { stages: &'a [Stage], alert: bool },
    /// What this person may approve or publish now; the last changed first.
    ToJudge { alert: bool },
    /// What he began, without alerts; the last changed first.
    Begun { stages: &'a [Stage] },
    /// What readers have and what no longer holds after `from` and before `until`, without alerts; the next one first.
    Ending { from: Time, until: Time },
    /// What readers have and nobody has looked at since, without alerts; the oldest first.
    Untouched { since: Time },
}

impl List<'_> {
    /// The right that puts a work on the list, or keeps it from what is found elsewhere.
    pub fn right(self) -> Action {
        if matches!(self, List::ToJudge { .. }) { Action::Approve } else { Action::Read }
    }

    /// Place of a work in the order of the list.
    pub fn key(self, work: &Listed) -> (i64, i64) {
        let first = match self {
            List::Ending { .. } => work.text.ends().map_or(0, |end| end.0),
            _ => work.changed.0,
        };
        (first, work.id)
    }

    /// Index, column of the order, and whether it runs upwards.
    fn plan(self) -> (&'static str, &'static str, bool) {
        match self {
            List::Found { .. } | List::Elsewhere { .. } => ("work_changed", "changed", false),
            List::At { .. } | List::ToJudge { .. } => ("work_stage", "changed", false),
            List::Begun { .. } => ("work_begun", "changed", false),
            List::Ending { .. } => ("work_ends", "ends", true),
            List::Untouched { .. } => ("work_stage", "changed", true),
        }
    }

    /// What it asks of a work `i` beside rights.
    fn ask(self, sql: &mut QueryBuilder<Sqlite>, person: i64) {
        match self {
            List::Found { stages, words } => {
                at(sql, stages);
                with(sql, words);
            }
            List::Elsewhere { words } => {
                at(sql, &[Stage::Published]);
                with(sql, words);
                sql.push(" AND i.alert = 0");
            }
            List::At { stages, alert } => {
                at(sql, stages);
                sql.push(" AND i.alert = ").push_bind(alert);
            }
            List::ToJudge { alert } => {
                at(sql, &[Stage::InReview, Stage::Approved]);
                sql.push(" AND i.alert = ").push_bind(alert);
                // Nobody approves what he has written himself.
                sql.push(" AND (i.stage = 'approved' OR instr(' ' || i.hands || ' ', ' ' || ").push_bind(person);
                sql.push(" || ' ') = 0)");
            }
            List::Begun { stages } => {
                at(sql, stages);
                sql.push(" AND i.alert = 0 AND i.created_by = ").push_bind(person);
            }
            List::Ending { from, until } => {
                at(sql, &[Stage::Published]);
                sql.push(" AND i.alert = 0 AND i.ends > ").push_bind(from.0).push(" AND i.ends < ").push_bind(until.0);
            }
            List::Untouched { since } => {
                at(sql, &[Stage::Published]);
                sql.push(" AND i.alert = 0 AND i.changed < ").push_bind(since.0);
            }
        }
    }
}

fn at(sql: &mut QueryBuilder<Sqlite>, stages: &[Stage]) {
    let names: Vec<String> = stages.iter().map(|stage| format!("'{}'", stage.name())).collect();
    sql.push("i.stage IN (").push(names.join(",")).push(")");
}

fn with(sql: &mut QueryBuilder<Sqlite>, words: &str) {
    let words = domain::search::fold(words);
    if !words.is_empty() {
        sql.push(" AND instr(i.words, ").push_bind(words).push(") > 0");
    }
}

/// As [`domain::editorial::sees`] has it, or whoever began it.
const SEEN: &str = " OR EXISTS (SELECT 1 FROM work_place p JOIN sight s ON s.place = p.place OR s.place = -1 \
     WHERE p.work = i.id AND s.alert = i.alert AND (s.topics = 0 OR i.topics = 0 OR s.topics & i.topics)))";

/// As [`domain::editorial::allowed`] has it: every place of it is covered.
const JUDGED: &str = " AND NOT EXISTS (SELECT 1 FROM work_place p WHERE p.work = i.id AND NOT EXISTS (SELECT 1 FROM sight s \
     WHERE (s.place = p.place OR s.place = -1) AND s.alert = i.alert \
     AND (s.topics = 0 OR (i.topics != 0 AND i.topics & ~s.topics = 0))))";

fn mask(topics: &[u8]) -> i64 {
    topics.iter().fold(0, |mask, topic| mask | 1i64.checked_shl(u32::from(*topic)).unwrap_or(0))
}

/// Rows of `sight`: place (-1 everywhere, 0 what is for everyone), alerts or not, topics.
fn sight(reach: &[Reach], right: Action) -> String {
    let row = |place: i64, one: &Reach| format!("[{place},{},{}]", i64::from(one.alert), mask(&one.topics));
    let mut rows: Vec<String> =
        reach.iter().map(|one| row(one.place.map_or(-1, |PlaceCode(place)| i64::from(place)), one)).collect();
    if right == Action::Read {
        // What is for everyone is seen from every place.
        rows.extend(reach.iter().map(|one| row(0, one)));
    }
    rows.sort();
    rows.dedup();
    ["[", &rows.join(","), "]"].concat()
}

type Row = (i64, String, i64, Vec<u8>, i64, Option<String>, i64, String, Option<Vec<u8>>, Option<i64>);

fn listed(row: Row) -> Result<Listed, Error> {
    let (id, stage, live, text, created_by, author, changed, hands, item, opens) = row;
    let text = decode(&format!("work {id}"), &text)?;
    Ok(Listed {
        id,
        stage: Stage::from_name(&stage).ok_or_else(|| Error::Damaged(format!("work {id}")))?,
        live: live != 0,
        title: text.heading(),
        text,
        created_by,
        author: author.unwrap_or_default(),
        changed: Time(changed),
        hands: hands.split_whitespace().filter_map(|hand| hand.parse().ok()).collect(),
        item: item.and_then(|id| id.try_into().ok()).map(ItemId),
        opens: opens.unwrap_or_default(),
    })
}

impl Store {
    /// A list as this person may look at it, at most `count` works, those behind the one whose [`List::key`] is `after`.
    pub async fn works(
        &self,
        person: &Person,
        list: List<'_>,
        after: Option<(i64, i64)>,
        count: u32,
    ) -> Result<Vec<Listed>, Error> {
        let (index, column, upwards) = list.plan();
        let right = list.right();
        let mut sql = QueryBuilder::new(
            "WITH sight(place, alert, topics) AS MATERIALIZED (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(",
        );
        sql.push_bind(sight(&reach(&person.grants, right), right));
        sql.push(
            ")) SELECT i.id, i.stage, i.live, i.text, i.created_by, a.name, i.changed, i.hands, i.item, o.count \
             FROM (SELECT i.id AS hit FROM work i INDEXED BY ",
        );
        sql.push(index).push(" WHERE ");
        list.ask(&mut sql, person.id);
        if right == Action::Read {
            let not = if matches!(list, List::Elsewhere { .. }) { "NOT " } else { "" };
            sql.push(format!(" AND {not}(i.created_by = ")).push_bind(person.id).push(SEEN);
        } else {
            sql.push(JUDGED);
        }
        let (behind, way) = if upwards { (">", "") } else { ("<", " DESC") };
        if let Some((key, id)) = after {
            sql.push(format!(" AND (i.{column}, i.id) {behind} (")).push_bind(key).push(", ").push_bind(id).push(")");
        }
        let order = format!(" ORDER BY i.{column}{way}, i.id{way}");
        sql.push(&order).push(" LIMIT ").push_bind(i64::from(count));
        sql.push(") JOIN work i ON i.id = hit LEFT JOIN account a ON a.id = i.created_by LEFT JOIN opens o ON o.item = i.item");
        sql.push(&order);
        let rows: Vec<Row> = sql.build_query_as().fetch_all(&self.readers).await?;
        rows.into_iter().map(listed).collect()
    }
}

/// What lists ask of a manuscript.
pub(super) struct Asked {
    pub words: String,
    pub alert: bool,
    pub topics: i64,
    pub ends: Option<i64>,
}

impl Asked {
    pub fn of(text: &Manuscript) -> Asked {
        let mut words = vec![text.heading(), text.document.clone()];
        words.extend(text.texts.iter().flat_map(|script| [script.title.clone(), script.summary.clone()]));
        Asked {
            words: domain::search::fold(&words.join(" ")),
            alert: text.is_alert(),
            topics: mask(&text.topics),
            ends: text.ends().map(|end| end.0),
        }
    }
}

/// Works that were written before lists asked for this.
pub async fn fill_lists(connection: &mut SqliteConnection) -> Result<(), Error> {
    let mut last = 0;
    loop {
        let rows: Vec<(i64, Vec<u8>)> = sqlx::query_as("SELECT id, text FROM work WHERE id > ? ORDER BY id LIMIT 500")
            .bind(last)
            .fetch_all(&mut *connection)
            .await?;
        for (id, text) in &rows {
            let Ok(text) = decode("work", text) else { continue };
            let asked = Asked::of(&text);
            sqlx::query("UPDATE work SET words = ?, alert = ?, topics = ?, ends = ? WHERE id = ?")
                .bind(asked.words)
                .bind(asked.alert)
                .bind(asked.topics)
                .bind(asked.ends)
                .bind(id)
                .execute(&mut *connection)
                .await?;
        }
        match rows.last() {
            Some((id, _)) => last = *id,
            None => return Ok(()),
        }
    }
}
