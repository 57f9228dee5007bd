// What a row of digits can be: a date, a personal number, a number at home or abroad (safety/guard_digits.py).
const PERSONAL = "personnummer";
const COORDINATION = "samordningsnummer";
const CENTURIES = ["18", "19", "20"];
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const within = (low, value, high) => low <= value && value <= high;
const startsWithOne = (text, starts) => starts.some((start) => text.startsWith(start));

function personIn(digits, checked) {
  if (digits.length !== 10 && (digits.length !== 12 || !startsWithOne(digits, CENTURIES))) return "";
  const short = digits.slice(-10);
  return !checked || luhn(short) ? dated(short) : "";
}

function dated(digits) {
  const month = Number(digits.slice(2, 4));
  const day = Number(digits.slice(4, 6));
  const real = day > 60 ? day - 60 : day;
  if (!within(1, month, 12) || !within(1, real, DAYS[month - 1])) return "";
  return day > 60 ? COORDINATION : PERSONAL;
}

function luhn(digits) {
  let sum = 0;
  for (let place = 0; place < digits.length; place += 1) {
    const value = Number(digits[place]) * (2 - (place % 2));
    sum += Math.floor(value / 10) + (value % 10);
  }
  return sum % 10 === 0;
}

function isDate(digits) {
  if (digits.length !== 8) return false;
  const part = (from, to) => digits.slice(from, to);
  const orders = [[part(0, 4), part(4, 6), part(6, 8)], [part(4, 8), part(2, 4), part(0, 2)], [part(4, 8), part(0, 2), part(2, 4)]];
  return orders.some(([year, month, day]) =>
    startsWithOne(year, ["19", "20"]) && within(1, Number(month), 12) && within(1, Number(day), 31));
}

const withoutZero = (digits) => (digits.startsWith("0") ? digits.slice(1) : digits);

function atHome(digits, plus) {
  if (!plus && !digits.startsWith("0046")) return digits;
  const abroad = plus ? digits : digits.slice(2);
  return abroad.startsWith("46") ? `0${withoutZero(abroad.slice(2))}` : abroad;
}

function isAbroad(digits) {
  if (digits[0] === "0" || !within(8, digits.length, 15) || digits.replace(/0+$/, "").length < 4) return false;
  const rest = withoutZero(digits.slice(2));
  return !digits.startsWith("46") || (within(7, rest.length, 9) && rest[0] !== "0");
}
