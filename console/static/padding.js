// What is sealed has one of few sizes, so that its length is told no more exactly: two bytes of length, the bytes, zeros.

// The bytes in the smallest of `sizes` that holds them; null when none does.
export function padded(bytes, sizes) {
  const size = sizes.find((each) => each >= bytes.length + 2);
  if (!size) return null;
  const whole = new Uint8Array(size);
  whole.set([bytes.length >> 8, bytes.length & 255]);
  whole.set(bytes, 2);
  return whole;
}

// The words in bytes that were padded so.
export function unpadded(whole) { return new TextDecoder().decode(whole.slice(2, 2 + whole[0] * 256 + whole[1])); }
