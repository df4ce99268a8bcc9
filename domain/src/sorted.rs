//! A map and a set as sorted vectors: what the standard library's trees are for, in a fraction of the code that a phone
//! must download for them. Keys lie apart from values, so that all maps over one kind of key share their search.
//!
//! Made for thousands of entries, not for millions: putting one in moves those behind it.

/// A sorted map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map<K, V> {
    keys: Vec<K>,
    values: Vec<V>,
}

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Map { keys: Vec::new(), values: Vec::new() }
    }
}

#[inline(never)]
fn find<K: Ord>(keys: &[K], key: &K) -> Result<usize, usize> {
    keys.binary_search(key)
}

impl<K: Ord, V> Map<K, V> {
    pub fn get(&self, key: &K) -> Option<&V> {
        find(&self.keys, key).ok().map(|at| &self.values[at])
    }

    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        find(&self.keys, key).ok().map(|at| &mut self.values[at])
    }

    pub fn contains_key(&self, key: &K) -> bool {
        find(&self.keys, key).is_ok()
    }

    /// Puts it in, in the place of what stood under this key.
    pub fn insert(&mut self, key: K, value: V) {
        match find(&self.keys, &key) {
            Ok(at) => self.values[at] = value,
            Err(at) => {
                self.keys.insert(at, key);
                self.values.insert(at, value);
            }
        }
    }

    /// What stands under this key, after putting in a default where nothing did.
    pub fn entry(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        let at = find(&self.keys, &key).unwrap_or_else(|at| {
            self.keys.insert(at, key);
            self.values.insert(at, V::default());
            at
        });
        &mut self.values[at]
    }

    pub fn remove(&mut self, key: &K) {
        if let Ok(at) = find(&self.keys, key) {
            self.keys.remove(at);
            self.values.remove(at);
        }
    }

    pub fn clear(&mut self) {
        self.keys.clear();
        self.values.clear();
    }

    pub fn len(&self) -> usize {
        self.keys.len()
    }

    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// In the order of keys.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> + Clone {
        self.keys.iter().zip(&self.values)
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&K, &mut V)> {
        self.keys.iter().zip(&mut self.values)
    }

    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.keys.iter()
    }

    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.values.iter()
    }

    pub fn into_values(self) -> Vec<V> {
        self.values
    }
}

impl<K, V> IntoIterator for Map<K, V> {
    type Item = (K, V);
    type IntoIter = std::iter::Zip<std::vec::IntoIter<K>, std::vec::IntoIter<V>>;

    fn into_iter(self) -> Self::IntoIter {
        self.keys.into_iter().zip(self.values)
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for Map<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(all: I) -> Self {
        let mut map = Map::default();
        for (key, value) in all {
            map.insert(key, value);
        }
        map
    }
}

/// A sorted set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set<K>(Vec<K>);

impl<K> Default for Set<K> {
    fn default() -> Self {
        Set(Vec::new())
    }
}

impl<K: Ord> Set<K> {
    pub fn contains(&self, key: &K) -> bool {
        find(&self.0, key).is_ok()
    }

    /// False where it was in already.
    pub fn insert(&mut self, key: K) -> bool {
        match find(&self.0, &key) {
            Ok(_) => false,
            Err(at) => {
                self.0.insert(at, key);
                true
            }
        }
    }

    pub fn remove(&mut self, key: &K) {
        if let Ok(at) = find(&self.0, key) {
            self.0.remove(at);
        }
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<K: Ord> Extend<K> for Set<K> {
    fn extend<I: IntoIterator<Item = K>>(&mut self, keys: I) {
        for key in keys {
            self.insert(key);
        }
    }
}

impl<K: Ord> FromIterator<K> for Set<K> {
    fn from_iter<I: IntoIterator<Item = K>>(keys: I) -> Self {
        let mut set = Set::default();
        set.extend(keys);
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    proptest! {
        #[test]
        fn the_same_as_the_trees_of_the_standard_library(work in proptest::collection::vec((0u8..4, 0u8..20, any::<u16>()), 0..200)) {
            let (mut map, mut tree, mut set, mut branch) = (Map::default(), BTreeMap::new(), Set::default(), BTreeSet::new());
            for (what, key, value) in work {
                match what {
                    0 => {
                        map.remove(&key);
                        tree.remove(&key);
                        set.remove(&key);
                        branch.remove(&key);
                    }
                    1 => {
                        *map.entry(key) += 1;
                        *tree.entry(key).or_default() += 1;
                    }
                    _ => {
                        map.insert(key, u32::from(value));
                        tree.insert(key, u32::from(value));
                        prop_assert_eq!(set.insert(key), branch.insert(key));
                    }
                }
                prop_assert_eq!(map.get(&key), tree.get(&key));
                prop_assert_eq!(map.contains_key(&key), tree.contains_key(&key));
                prop_assert_eq!(set.contains(&key), branch.contains(&key));
            }
            prop_assert_eq!((map.len(), set.len()), (tree.len(), branch.len()));
            prop_assert!(map.iter().eq(tree.iter()) && map.clone().into_iter().eq(tree.clone()));
            prop_assert!(map.keys().eq(tree.keys()) && map.values().eq(tree.values()));
            prop_assert_eq!(tree.into_iter().collect::<Map<_, _>>(), map);
        }
    }
}
