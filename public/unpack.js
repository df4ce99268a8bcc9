/**
 * The program as engines want it from its form for the journey, in which like stands with like (`xtask/src/pack.rs` says
 * how it is laid out and where the keys come from). Throws where that form is broken.
 */
function unpack(bytes) {
  /** Where each kind goes on, by its key; the head is 0. */
  const at = [0];
  let to = 0;
  const number = kind => {
    let value = 0, unit = 1, byte;
    do {
      byte = bytes[at[kind]++];
      value += (byte & 127) * unit;
      unit *= 128;
    } while (byte > 127);
    return value;
  };
  const size = number(0), before = number(0), functions = number(0), kinds = [];
  for (let left = number(0); left--;) kinds.push([number(0), number(0)]);
  const out = new Uint8Array(size + 10);
  const put = byte => {
    if (!(byte >= 0 && to < out.length)) throw new Error('broken');
    out[to++] = byte;
    return byte;
  };
  const copy = kind => { while (put(bytes[at[kind]++]) > 127); };
  /** Lets `work` write, then puts the number of its bytes before them. */
  const sized = work => {
    const start = to;
    work(to += 5);
    let length = to - start - 5, end = to;
    for (to = start; length > 127; length >>= 7) put(length & 127 | 128);
    put(length);
    out.copyWithin(to, start + 5, end);
    to += end - start - 5;
  };
  let from = at[0] + before;
  out.set(bytes.subarray(at[0], from));
  to = before;
  for (const [kind, length] of kinds) {
    at[kind] = from;
    from += length;
  }
  const code = () => {
    for (let groups = 2 * bytes[at[8]] + 1; groups--;) copy(8);
    for (let depth = 1; depth;) {
      const op = put(bytes[at[1]++]);
      const next = bytes[at[1]];
      if (op === 0x41) copy(16 + next);
      else if (op === 0x20) copy([0x10, 0x20, 0x28, 0x29, 0x41, 0x6a].includes(next) ? 300 + next : 2);
      else if (op === 0x21 || op === 0x22) copy(11);
      else if (op > 0x27 && op < 0x3f) put(0), copy(op < 0x36 ? 5 : 6);
      else if (op === 0x10) copy(4);
      else if (op === 0x0b) depth--;
      else if (op > 1 && op < 5) depth++, copy(7);
      else if (op === 0x0c || op === 0x0d) copy(3);
      else if (op === 0x0e) {
        const start = at[3], labels = number(3);
        at[3] = start;
        for (let left = labels + 2; left--;) copy(3);
      } else if (op === 0x42) copy(9);
      else {
        let fields = op > 0x22 && op < 0x27 || op === 0x3f || op === 0x40 || op === 0xd0 || op === 0xd2 ? 1 : op === 0x11 || op === 0x1c ? 2 : 0;
        if (op === 0xfc) fields = +'2121212111'[put(bytes[at[1]++]) - 8] || 0;
        while (fields--) copy(10);
        for (let left = op === 0x43 ? 4 : op === 0x44 ? 8 : 0; left--;) put(bytes[at[10]++]);
      }
    }
  };
  sized(() => {
    let left = functions;
    for (; left > 127; left >>= 7) put(left & 127 | 128);
    put(left);
    for (left = functions; left--;) sized(code);
  });
  out.set(bytes.subarray(from), to);
  if (to + bytes.length - from !== size) throw new Error('broken');
  return out.subarray(0, size);
}
