//! The differences of two plans, part by part.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::areas::{Area, area};
use super::version::Step;
use super::{Change, text};
use crate::plan::Content;
use crate::text::Text;

/// Everything that differs but the verdict rules, which are compared by what they decide.
pub(super) fn changes(old: &Content, new: &Content) -> Vec<Change> {
    let (mut before, mut after) = (value(old), value(new));
    for content in [&mut before, &mut after] {
        content.remove("rules");
        if let Some(head) = content.get_mut("protocol").and_then(Value::as_object_mut) {
            head.remove("version");
        }
    }
    steps_of_common_points(&mut before, &mut after);
    let mut walk = Walk {
        found: Vec::new(),
        path: Vec::new(),
    };
    walk.objects(&before, &after);
    gathered(walk.found)
}

fn value(content: &Content) -> Map<String, Value> {
    match serde_json::to_value(content) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

/// Leaves the steps of points that only one of the plans has: that the point is there or not is told once.
fn steps_of_common_points(before: &mut Map<String, Value>, after: &mut Map<String, Value>) {
    let points = |content: &Map<String, Value>| -> BTreeSet<String> {
        let steps = content.get("steps").and_then(Value::as_array);
        let points = steps.into_iter().flatten().filter_map(|s| s.get("point"));
        points
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    };
    let common: BTreeSet<String> = points(before)
        .intersection(&points(after))
        .cloned()
        .collect();
    for content in [before, after] {
        let Some(steps) = content.get_mut("steps").and_then(Value::as_array_mut) else {
            continue;
        };
        steps.retain(|step| {
            let point = step.get("point").and_then(Value::as_str);
            point.is_none_or(|point| common.contains(point))
        });
        // Inputs follow from the steps themselves; clauses are places in the source.
        for step in steps.iter_mut().filter_map(Value::as_object_mut) {
            step.remove("inputs");
        }
    }
}

/// A difference at one place.
struct Found {
    path: Vec<String>,
    old: Option<Value>,
    new: Option<Value>,
}

struct Walk {
    found: Vec<Found>,
    path: Vec<String>,
}

impl Walk {
    fn objects(&mut self, old: &Map<String, Value>, new: &Map<String, Value>) {
        let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for key in keys.into_iter().filter(|key| *key != "clause") {
            self.path.push(key.clone());
            self.values(old.get(key), new.get(key));
            self.path.pop();
        }
    }

    fn values(&mut self, old: Option<&Value>, new: Option<&Value>) {
        let old = old.filter(|v| !v.is_null());
        let new = new.filter(|v| !v.is_null());
        if old == new {
            return;
        }
        match (old, new) {
            (Some(Value::Object(a)), Some(Value::Object(b))) if !text::is_whole(a) => {
                self.objects(a, b);
            }
            (Some(Value::Array(a)), Some(Value::Array(b))) if !is_pair(a) && !is_pair(b) => {
                self.objects(&by_key(a), &by_key(b));
            }
            _ => self.found.push(Found {
                path: self.path.clone(),
                old: old.cloned(),
                new: new.cloned(),
            }),
        }
    }
}

/// Two quantities that together are a range or a tolerance.
fn is_pair(list: &[Value]) -> bool {
    let whole = |v: &Value| v.as_object().is_some_and(text::is_whole);
    list.len() == 2 && list.iter().all(whole)
}

/// A list by what tells its elements apart; the order means nothing in a plan but where it is a name of its own.
fn by_key(list: &[Value]) -> Map<String, Value> {
    let mut map = Map::new();
    for element in list {
        let own = key(element);
        let mut name = own.clone();
        let mut number = 2;
        while map.contains_key(&name) {
            name = format!("{own} ({number})");
            number += 1;
        }
        map.insert(name, element.clone());
    }
    map
}

fn key(element: &Value) -> String {
    let named = |slots: &[&str]| -> Option<String> {
        let parts: Option<Vec<String>> = (slots.iter())
            .map(|slot| match element.get(slot)? {
                Value::String(text) => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            })
            .collect();
        Some(parts?.join(" "))
    };
    let pair = element.as_array().and_then(|pair| match pair.as_slice() {
        [Value::String(first), Value::Object(_)] => Some(first.clone()),
        _ => None,
    });
    named(&["id"])
        .or_else(|| named(&["artefact", "laboratory", "ordinal"]))
        .or_else(|| named(&["measure"]))
        .or(pair)
        .unwrap_or_else(|| text::shown(element).en)
}

/// Equal changes at several places told once, and areas that are told in one line.
fn gathered(found: Vec<Found>) -> Vec<Change> {
    let mut groups: BTreeMap<(String, Option<Text>, Option<Text>), Change> = BTreeMap::new();
    for Found { path, old, new } in found {
        let place = path.join(".");
        let (step, title, together) = match area(&path) {
            Some(Area {
                step,
                title,
                together,
                ..
            }) => (*step, title.clone(), *together),
            // What nobody has classified is taken to matter.
            None => (Step::Major, Text::same(place.clone()), false),
        };
        let shown = |value: Option<Value>| value.filter(|_| !together).map(|v| text::shown(&v));
        let (old, new) = (shown(old), shown(new));
        // Steps and points differ in the second part of the path only.
        let general = match path.as_slice() {
            [first, _, rest @ ..] if !rest.is_empty() => format!("{first}.*.{}", rest.join(".")),
            _ => place.clone(),
        };
        let general = if together { title.en.clone() } else { general };
        groups
            .entry((general, old.clone(), new.clone()))
            .or_insert_with(|| Change {
                step,
                area: title,
                places: Vec::new(),
                old,
                new,
                shifts: Vec::new(),
            })
            .places
            .push(place);
    }
    groups.into_values().collect()
}
