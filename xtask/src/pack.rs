//! Lays the program's instructions out by kind for the journey: opcodes with opcodes, locals with locals, addresses with
//! addresses. Compressed, that is a seventh less than the program as engines want it. `public/unpack.js`, in the worker,
//! puts it together again, and the worker believes it only if its hash is that of the program.
//!
//! In order, numbers in LEB128: bytes of the program; bytes before its code section's size; functions; kinds that follow,
//! each as its key and its bytes; the bytes before the code section's size; the kinds; what follows the code section.
//!
//! All of it is cut in four where other content begins: a weak line that breaks loses one part, and each is the smaller for
//! standing alone.

use crate::{Outcome, shell};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Endings of the names of its parts, in place of `wasm`.
pub const ENDINGS: [&str; 4] = ["w1", "w2", "w3", "w4"];

/// Keys of the kinds. Constants are told apart by the instruction that follows and mostly takes them: 16 and its opcode.
/// So are locals that are read, before some of the most frequent ones: 300 and its opcode.
const OPCODES: u32 = 1;
const LOCALS: u32 = 2;
const LABELS: u32 = 3;
const FUNCTIONS: u32 = 4;
const LOADS: u32 = 5;
const STORES: u32 = 6;
const BLOCKS: u32 = 7;
const FRAMES: u32 = 8;
const LONGS: u32 = 9;
const OTHERS: u32 = 10;
const LOCALS_SET: u32 = 11;
const CONSTANTS: u32 = 16;
const LOCALS_BEFORE: u32 = 300;
const FREQUENT: [u8; 6] = [0x10, 0x20, 0x28, 0x29, 0x41, 0x6a];
const CODE_SECTION: u8 = 10;

struct Packer<'a> {
    wasm: &'a [u8],
    at: usize,
    kinds: BTreeMap<u32, Vec<u8>>,
}

/// The packed form, in parts, of a program whose memory accesses claim no alignment (`wasm-opt --dealign`).
pub fn pack(wasm: &[u8]) -> Outcome<[Vec<u8>; 4]> {
    let mut packer = Packer { wasm, at: 8, kinds: BTreeMap::new() };
    packer.all().ok_or_else(|| format!("the program has something at byte {} that cannot be packed", packer.at))
}

impl Packer<'_> {
    fn byte(&mut self) -> Option<u8> {
        self.at += 1;
        self.wasm.get(self.at - 1).copied()
    }

    fn number(&mut self) -> Option<usize> {
        let (mut value, mut shift) = (0usize, 0);
        loop {
            let byte = self.byte()?;
            value |= usize::from(byte & 127) << shift;
            shift += 7;
            if byte < 128 {
                return Some(value);
            }
        }
    }

    /// Takes a LEB128 as it stands and says its low bits.
    fn take(&mut self, kind: u32) -> Option<usize> {
        let start = self.at;
        let value = self.number()?;
        self.kinds.entry(kind).or_default().extend(&self.wasm[start..self.at]);
        Some(value)
    }

    /// The same, of a kind that depends on the instruction that follows.
    fn take_before(&mut self, kind: impl Fn(u8) -> u32) -> Option<()> {
        let start = self.at;
        self.number()?;
        let next = *self.wasm.get(self.at)?;
        self.kinds.entry(kind(next)).or_default().extend(&self.wasm[start..self.at]);
        Some(())
    }

    fn all(&mut self) -> Option<[Vec<u8>; 4]> {
        while self.byte()? != CODE_SECTION {
            self.at += self.number()?;
        }
        let before = self.at;
        let end = self.number()? + self.at;
        let count = self.number()?;
        for _ in 0..count {
            self.function()?;
        }
        if self.at != end {
            return None;
        }
        let [mut first, mut operands, mut constants] = [const { Vec::new() }; 3];
        for value in [self.wasm.len(), before, count, self.kinds.len()] {
            write(&mut first, value);
        }
        for (kind, bytes) in &self.kinds {
            write(&mut first, *kind as usize);
            write(&mut first, bytes.len());
        }
        first.extend(&self.wasm[..before]);
        for (kind, bytes) in &self.kinds {
            match *kind {
                OPCODES => first.extend(bytes),
                ..CONSTANTS => operands.extend(bytes),
                _ => constants.extend(bytes),
            }
        }
        Some([first, operands, constants, self.wasm[end..].to_vec()])
    }

    fn function(&mut self) -> Option<()> {
        let end = self.number()? + self.at;
        for _ in 0..self.take(FRAMES)? {
            self.take(FRAMES)?;
            self.take(FRAMES)?;
        }
        while self.at < end {
            self.instruction()?;
        }
        (self.at == end).then_some(())
    }

    /// As the standard numbers instructions (WebAssembly 2.0 without vectors, §5.4).
    fn instruction(&mut self) -> Option<()> {
        let op = self.byte()?;
        self.kinds.entry(OPCODES).or_default().push(op);
        match op {
            0x02..=0x04 => self.take(BLOCKS).map(drop),
            0x0c | 0x0d => self.take(LABELS).map(drop),
            0x0e => (0..=self.take(LABELS)?).try_for_each(|_| self.take(LABELS).map(drop)),
            0x10 => self.take(FUNCTIONS).map(drop),
            0x11 | 0x1c => self.take(OTHERS).and(self.take(OTHERS)).map(drop),
            0x20 => self.take_before(|next| if FREQUENT.contains(&next) { LOCALS_BEFORE + u32::from(next) } else { LOCALS }),
            0x21 | 0x22 => self.take(LOCALS_SET).map(drop),
            0x28..=0x3e => {
                let aligned = self.byte()? != 0;
                self.take(if op < 0x36 { LOADS } else { STORES })?;
                (!aligned).then_some(())
            }
            0x23..=0x26 | 0x3f | 0x40 | 0xd0 | 0xd2 => self.take(OTHERS).map(drop),
            0x41 => self.take_before(|next| CONSTANTS + u32::from(next)),
            0x42 => self.take(LONGS).map(drop),
            0x43 | 0x44 => (0..if op == 0x43 { 4 } else { 8 }).try_for_each(|_| {
                let byte = self.byte()?;
                self.kinds.entry(OTHERS).or_default().push(byte);
                Some(())
            }),
            0xfc => {
                let sub = self.take(OPCODES)?;
                let fields = [2, 1, 2, 1, 2, 1, 2, 1, 1, 1];
                let count = if sub < 8 { 0 } else { *fields.get(sub - 8)? };
                (0..count).try_for_each(|_| self.take(OTHERS).map(drop))
            }
            0x00 | 0x01 | 0x05 | 0x0b | 0x0f | 0x1a | 0x1b | 0x45..=0xc4 | 0xd1 => Some(()),
            _ => None,
        }
    }
}

fn write(out: &mut Vec<u8>, mut value: usize) {
    while value > 127 {
        out.push(value as u8 | 128);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Writes the packed form beside the program and has `unpack`, the worker's own script, prove that it comes back whole.
pub fn beside(wasm: &Path, unpack: &Path) -> Outcome {
    let parts = ENDINGS.map(|ending| wasm.with_extension(ending));
    for (name, bytes) in parts.iter().zip(pack(&shell::read(wasm)?)?) {
        shell::write(name, bytes)?;
    }
    let proof = "const [script, plain, ...parts] = process.argv.slice(1).map(name => require('fs').readFileSync(name));\
        process.exit(Buffer.compare(Buffer.from(eval(`${script};unpack`)(Buffer.concat(parts))), plain))";
    shell::run(Command::new("node").args(["-e", proof]).args([unpack, wasm]).args(&parts))
        .map_err(|error| format!("the program does not come back from its packed form: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One function: `i32.const 300; i32.load 0 4; end`, and a custom section behind the code.
    const PROGRAM: [u8; 36] = [
        0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 3, 2, 1, 0, 10, 10, 1, 8, 0, 0x41, 0xac, 2, 0x28, 0, 4, 0x0b, 0, 3,
        1, b'x', 7,
    ];

    #[test]
    fn like_stands_with_like() {
        let parts = pack(&PROGRAM).unwrap();
        assert_eq!(parts.each_ref().map(Vec::len), [35, 2, 2, 5]);
        let packed = parts.concat();
        // Bytes, bytes before, functions, kinds: opcodes, loads, frames, and constants that a load takes.
        assert_eq!(packed[..12], [36, 20, 1, 4, 1, 3, 5, 1, 8, 1, 56, 2]);
        assert_eq!(packed[12..32], PROGRAM[..20]);
        assert_eq!(packed[32..], [0x41, 0x28, 0x0b, 4, 0, 0xac, 2, 0, 3, 1, b'x', 7]);
    }

    #[test]
    fn what_it_does_not_know_is_refused() {
        let mut aligned = PROGRAM;
        aligned[28] = 2;
        assert!(pack(&aligned).is_err());
        let mut vector = PROGRAM;
        vector[27] = 0xfd;
        assert!(pack(&vector).is_err());
        assert!(pack(&PROGRAM[..25]).is_err());
    }
}
