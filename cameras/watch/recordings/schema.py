"""The index of the recordings, one SQLite file beside the segments. Read this before asking it anything."""

VERSION = 1
"""PRAGMA user_version. An index of another version, or a damaged one, is put aside and made anew from the segment files."""

HEAD = """select number, chain from (select number, chain from segment where camera = ?1
 union all select last, chain from hole where camera = ?1) order by number desc limit 1"""
"""The last number and link of a camera, let go or not."""

SCHEMA = """
-- How packets are to be read. Many segments share one: a camera that keeps its settings has one for years.
create table format (
  id integer primary key,
  -- SHA-256 of `init`, 32 bytes.
  init_sha256 blob not null unique check (length(init_sha256) = 32),
  -- The head of each segment file: the boxes ftyp and moov, with the codec's parameter sets (avcC, hvcC) in them.
  init blob not null,
  -- FFmpeg's name: h264, hevc.
  codec text not null,
  width_px integer not null,
  height_px integer not null,
  -- One unit of a packet's time stamps is time_base_num / time_base_den seconds.
  time_base_num integer not null check (time_base_num > 0),
  time_base_den integer not null check (time_base_den > 0)
) strict;

-- One finished file. The row is committed only after the file's bytes are on disk.
create table segment (
  camera text not null,
  -- Counts up from 1 for each camera in the order in which segments were finished, and is never given twice. A segment that was
  -- recovered after a crash, or found after the index was lost, takes the next number: order in time is by start_us alone.
  number integer not null check (number > 0),
  -- Name inside the camera's folder.
  file text not null,
  -- Capture time of the first packet: microseconds since 1970-01-01 00:00 UTC, without leap seconds. Where capture time comes from is
  -- the connection's matter; when the clock was set back, segments overlap in time, and both are kept as they were told.
  start_us integer not null,
  -- Capture time of the last packet and how long it is shown. The next segment of the same connection begins here, give or take a frame.
  end_us integer not null check (end_us >= start_us),
  bytes integer not null check (bytes > 0),
  packets integer not null check (packets > 0),
  format integer not null references format (id),
  -- Where reading can begin: for each entry u32 microseconds since start_us, u32 offset in the file of the fragment that
  -- begins there, u8 1 when its first packet is a keyframe; little endian. The first packet has an entry even when it is none.
  entries blob not null check (length(entries) % 9 = 0 and length(entries) > 0),
  -- SHA-256 of the whole file, 32 bytes, computed while it was written; for a recovered one, when it was recovered.
  sha256 blob not null check (length(sha256) = 32),
  -- 1: left unfinished by a crash or a full disk, cut to its last whole fragment.
  recovered integer not null check (recovered in (0, 1)),
  -- The chain (cameras/domain/chain.py): the link that this segment was chained to, and its own. 32 bytes each.
  previous blob not null check (length(previous) = 32),
  chain blob not null check (length(chain) = 32),
  primary key (camera, number),
  unique (camera, file)
) strict, without rowid;

create index segment_by_time on segment (camera, start_us, end_us);
create index segment_oldest on segment (start_us, camera);

-- Segments that retention let go. Neighbours are merged, so that a camera has few rows however long it runs.
create table hole (
  camera text not null,
  first integer not null,
  last integer not null check (last >= first),
  -- The link that `first` was chained to, and the link of `last`: the chain holds across the hole.
  previous blob not null,
  chain blob not null,
  primary key (camera, first)
) strict, without rowid;

-- Times that are not recorded although packets came or should have come.
create table gap (
  camera text not null,
  start_us integer not null,
  end_us integer not null,
  -- A code of cameras/domain/errors.py; null: the camera sent nothing.
  code text,
  primary key (camera, start_us)
) strict, without rowid;

-- Evidence. Retention leaves alone what lies between start_us and end_us while until_us has not passed.
create table pin (
  id integer primary key,
  camera text not null,
  start_us integer not null,
  end_us integer not null,
  until_us integer not null,
  -- What for: a sighting's id.
  why text not null
) strict;

create index pin_by_time on pin (camera, start_us);

-- Files to be deleted: written in the transaction that takes their row away, taken out when the file is gone. So a crash in between
-- leaves no file that would be taken for an unfinished segment.
create table garbage (
  camera text not null,
  file text not null,
  primary key (camera, file)
) strict, without rowid;
"""
