-- What a console of the last version before migrations made in SQLite.
CREATE TABLE staff (
id VARCHAR(32) NOT NULL,
sign_in_name VARCHAR(64) NOT NULL,
shown_name VARCHAR(40) NOT NULL,
role VARCHAR(16) NOT NULL,
desk VARCHAR(64) NOT NULL,
password_hash VARCHAR(200) NOT NULL,
active BOOLEAN NOT NULL,
PRIMARY KEY (id),
UNIQUE (sign_in_name)
);

CREATE TABLE spent (
mark VARCHAR(64) NOT NULL,
until INTEGER NOT NULL,
PRIMARY KEY (mark)
);

CREATE TABLE note (
id VARCHAR(22) NOT NULL,
hour INTEGER NOT NULL,
who VARCHAR(64) NOT NULL,
desk VARCHAR(64) NOT NULL,
deed VARCHAR(16) NOT NULL,
about VARCHAR(120) NOT NULL,
PRIMARY KEY (id)
);

CREATE INDEX ix_note_hour ON note (hour);

CREATE TABLE draft (
part VARCHAR(160) NOT NULL,
text VARCHAR NOT NULL,
writers VARCHAR NOT NULL,
writer VARCHAR(40) NOT NULL,
day INTEGER NOT NULL,
PRIMARY KEY (part)
);

CREATE TABLE published (
number INTEGER NOT NULL,
part VARCHAR(160) NOT NULL,
text VARCHAR NOT NULL,
writer VARCHAR(40) NOT NULL,
approver VARCHAR(40) NOT NULL,
day INTEGER NOT NULL,
PRIMARY KEY (number)
);

CREATE INDEX ix_published_part ON published (part);

CREATE TABLE desk_key (
id INTEGER NOT NULL,
desk VARCHAR(64) NOT NULL,
"key" VARCHAR(87) NOT NULL,
line VARCHAR(200),
retired INTEGER,
PRIMARY KEY (id),
UNIQUE ("key")
);

CREATE INDEX ix_desk_key_desk ON desk_key (desk);

CREATE TABLE left_box (
name VARCHAR(43) NOT NULL,
desk VARCHAR(64) NOT NULL,
visitor VARCHAR(87) NOT NULL,
until INTEGER NOT NULL,
up INTEGER NOT NULL,
down INTEGER NOT NULL,
done BOOLEAN NOT NULL,
PRIMARY KEY (name)
);

CREATE INDEX ix_left_box_desk ON left_box (desk);

CREATE TABLE raw_count (
month VARCHAR(7) NOT NULL,
desk VARCHAR(64) NOT NULL,
sealed BLOB NOT NULL,
PRIMARY KEY (month, desk)
);

CREATE TABLE figures (
number INTEGER NOT NULL,
period VARCHAR(7) NOT NULL,
document TEXT NOT NULL,
signature VARCHAR(86) NOT NULL,
"key" VARCHAR(43) NOT NULL,
PRIMARY KEY (number),
UNIQUE (period)
);

CREATE TABLE closed_day (
desk VARCHAR(64) NOT NULL,
day INTEGER NOT NULL,
PRIMARY KEY (desk, day)
);

CREATE TABLE asked (
staff_id VARCHAR(32) NOT NULL,
kind VARCHAR(8) NOT NULL,
by_name BOOLEAN NOT NULL,
PRIMARY KEY (staff_id),
FOREIGN KEY(staff_id) REFERENCES staff (id) ON DELETE CASCADE
);

CREATE TABLE sign_in (
token_hash VARCHAR(64) NOT NULL,
staff_id VARCHAR(32) NOT NULL,
language VARCHAR(8) NOT NULL,
way VARCHAR(16) NOT NULL,
whole BOOLEAN NOT NULL,
created_hour INTEGER NOT NULL,
expires INTEGER NOT NULL,
ends INTEGER NOT NULL,
PRIMARY KEY (token_hash),
FOREIGN KEY(staff_id) REFERENCES staff (id) ON DELETE CASCADE
);

CREATE INDEX ix_sign_in_staff_id ON sign_in (staff_id);

CREATE TABLE passkey (
id INTEGER NOT NULL,
staff_id VARCHAR(32) NOT NULL,
credential VARCHAR(1400) NOT NULL,
public_key VARCHAR(2800) NOT NULL,
site VARCHAR(253) NOT NULL,
counter BIGINT NOT NULL,
added INTEGER NOT NULL,
PRIMARY KEY (id),
FOREIGN KEY(staff_id) REFERENCES staff (id) ON DELETE CASCADE,
UNIQUE (credential)
);

CREATE INDEX ix_passkey_staff_id ON passkey (staff_id);

CREATE TABLE code_secret (
staff_id VARCHAR(32) NOT NULL,
sealed VARCHAR(400) NOT NULL,
PRIMARY KEY (staff_id),
FOREIGN KEY(staff_id) REFERENCES staff (id) ON DELETE CASCADE
);

CREATE TABLE recovery_code (
code_hash VARCHAR(64) NOT NULL,
staff_id VARCHAR(32) NOT NULL,
PRIMARY KEY (code_hash),
FOREIGN KEY(staff_id) REFERENCES staff (id) ON DELETE CASCADE
);

CREATE INDEX ix_recovery_code_staff_id ON recovery_code (staff_id);

CREATE TABLE invitation (
token_hash VARCHAR(64) NOT NULL,
staff_id VARCHAR(32) NOT NULL,
ends INTEGER NOT NULL,
PRIMARY KEY (token_hash),
UNIQUE (staff_id),
FOREIGN KEY(staff_id) REFERENCES staff (id) ON DELETE CASCADE
);

CREATE TABLE device (
id INTEGER NOT NULL,
staff_id VARCHAR(32) NOT NULL,
"key" VARCHAR(87) NOT NULL,
state VARCHAR(16) NOT NULL,
line VARCHAR(200),
until INTEGER,
requested INTEGER NOT NULL,
PRIMARY KEY (id),
FOREIGN KEY(staff_id) REFERENCES staff (id) ON DELETE CASCADE,
UNIQUE ("key")
);

CREATE INDEX ix_device_staff_id ON device (staff_id);

CREATE TABLE desk_key_copy (
desk_key INTEGER NOT NULL,
device VARCHAR(87) NOT NULL,
wrapped VARCHAR(160) NOT NULL,
PRIMARY KEY (desk_key, device),
FOREIGN KEY(desk_key) REFERENCES desk_key (id) ON DELETE CASCADE
);

CREATE TABLE letter (
box VARCHAR(43) NOT NULL,
way VARCHAR(4) NOT NULL,
number INTEGER NOT NULL,
"after" INTEGER NOT NULL,
line VARCHAR(200) NOT NULL,
body TEXT NOT NULL,
PRIMARY KEY (box, way, number),
FOREIGN KEY(box) REFERENCES left_box (name) ON DELETE CASCADE
);

CREATE TABLE staff_desk (
staff_id VARCHAR(32) NOT NULL,
desk VARCHAR(64) NOT NULL,
PRIMARY KEY (staff_id, desk),
FOREIGN KEY(staff_id) REFERENCES staff (id) ON DELETE CASCADE
);

CREATE INDEX ix_staff_desk_desk ON staff_desk (desk);

CREATE TABLE habit (
staff_id VARCHAR(32) NOT NULL,
capacity INTEGER,
breath INTEGER NOT NULL,
PRIMARY KEY (staff_id),
FOREIGN KEY(staff_id) REFERENCES staff (id) ON DELETE CASCADE
);

CREATE TABLE shift (
id INTEGER NOT NULL,
desk VARCHAR(64) NOT NULL,
staff_id VARCHAR(32) NOT NULL,
weekday INTEGER,
day INTEGER,
opens INTEGER NOT NULL,
closes INTEGER NOT NULL,
holidays BOOLEAN NOT NULL,
since INTEGER NOT NULL,
until INTEGER,
PRIMARY KEY (id),
FOREIGN KEY(staff_id) REFERENCES staff (id) ON DELETE CASCADE
);

CREATE INDEX ix_shift_desk ON shift (desk);

CREATE INDEX ix_shift_staff_id ON shift (staff_id);

CREATE TABLE bell (
id VARCHAR(22) NOT NULL,
staff_id VARCHAR(32) NOT NULL,
sign_in VARCHAR(64) NOT NULL,
endpoint VARCHAR(1000) NOT NULL,
"key" VARCHAR(87) NOT NULL,
auth VARCHAR(22) NOT NULL,
PRIMARY KEY (id),
FOREIGN KEY(staff_id) REFERENCES staff (id) ON DELETE CASCADE,
UNIQUE (sign_in),
FOREIGN KEY(sign_in) REFERENCES sign_in (token_hash) ON DELETE CASCADE
);

CREATE INDEX ix_bell_staff_id ON bell (staff_id);
