// @ts-nocheck
/**
 * What stage.ts makes of PartitionRecord and PartitionChangeRecord at their newest version: a directory holds one of them and more for
 * each partition, and every command reads them all. Interpreting takes several times as long, staging as long as two hundred of them.
 * Written by test/protocol/partition-readers.test.ts.
 */
import { getInt32, getUuid } from '../fixed'

function readPartitiona1(r) {
  const n = r.uvarint() - 1; 
  if (n < 0) r.fail('a count of ' + n);
  r.room(n, 4, 32 + n * 8);
  if (n === 0) return []; const p = r.position; r.position = p + n * 4; if (n === 1) return [getInt32(r.buffer, p + 0 * 4)]; if (n === 3) return [getInt32(r.buffer, p + 0 * 4), getInt32(r.buffer, p + 1 * 4), getInt32(r.buffer, p + 2 * 4)];
  const out = n > 1000000 ? [] : new Array(n);
  for (let i = 0; i < n; i++) out[i] = getInt32(r.buffer, p + i * 4);
  return out }
function readPartitiona2(r) {
  const n = r.uvarint() - 1; 
  if (n < 0) r.fail('a count of ' + n);
  r.room(n, 16, 32 + n * 8);
  if (n === 0) return []; const p = r.position; r.position = p + n * 16; if (n === 1) return [getUuid(r.buffer, p + 0 * 16)]; if (n === 3) return [getUuid(r.buffer, p + 0 * 16), getUuid(r.buffer, p + 1 * 16), getUuid(r.buffer, p + 2 * 16)];
  const out = n > 1000000 ? [] : new Array(n);
  for (let i = 0; i < n; i++) out[i] = getUuid(r.buffer, p + i * 16);
  return out }
function readPartitiona3(r) {
  const n = r.uvarint() - 1; if (n < 0) return null;
  if (n < 0) r.fail('a count of ' + n);
  r.room(n, 4, 32 + n * 8);
  if (n === 0) return []; const p = r.position; r.position = p + n * 4; if (n === 1) return [getInt32(r.buffer, p + 0 * 4)]; if (n === 3) return [getInt32(r.buffer, p + 0 * 4), getInt32(r.buffer, p + 1 * 4), getInt32(r.buffer, p + 2 * 4)];
  const out = n > 1000000 ? [] : new Array(n);
  for (let i = 0; i < n; i++) out[i] = getInt32(r.buffer, p + i * 4);
  return out }
function readPartitionr4(r) {
  const b = r.buffer;
  const p0 = r.take(20); const f_partitionId = getInt32(b, p0); const f_topicId = getUuid(b, p0 + 4);
  const f_replicas = readPartitiona1(r);
  const f_isr = readPartitiona1(r);
  const f_removingReplicas = readPartitiona1(r);
  const f_addingReplicas = readPartitiona1(r);
  const p8 = r.take(12); const f_leader = getInt32(b, p8); const f_leaderEpoch = getInt32(b, p8 + 4); const f_partitionEpoch = getInt32(b, p8 + 8);
  const f_directories = readPartitiona2(r);
  const o = { partitionId: f_partitionId, topicId: f_topicId, replicas: f_replicas, isr: f_isr, removingReplicas: f_removingReplicas, addingReplicas: f_addingReplicas, leader: f_leader, leaderRecoveryState: 0, leaderEpoch: f_leaderEpoch, partitionEpoch: f_partitionEpoch, directories: f_directories, eligibleLeaderReplicas: null, lastKnownElr: null };
  if (r.hasTags()) {
    const n = r.uvarint(); r.room(n, 2);
    for (let i = 0, last = -1; i < n; i++) {
      const tag = r.uvarint(); if (tag <= last) r.fail('tagged field ' + tag + ' out of order'); last = tag;
      const end = r.tagSize();
      switch (tag) { case 0: o.leaderRecoveryState = r.int8(); r.tagEnd(end); break; case 1: o.eligibleLeaderReplicas = readPartitiona3(r); r.tagEnd(end); break; case 2: o.lastKnownElr = readPartitiona3(r); r.tagEnd(end); break; default: r.position = end } } }
  return o }
export { readPartitionr4 as readPartition }

function readPartitionChangea1(r) {
  const n = r.uvarint() - 1; if (n < 0) return null;
  if (n < 0) r.fail('a count of ' + n);
  r.room(n, 4, 32 + n * 8);
  if (n === 0) return []; const p = r.position; r.position = p + n * 4; if (n === 1) return [getInt32(r.buffer, p + 0 * 4)]; if (n === 3) return [getInt32(r.buffer, p + 0 * 4), getInt32(r.buffer, p + 1 * 4), getInt32(r.buffer, p + 2 * 4)];
  const out = n > 1000000 ? [] : new Array(n);
  for (let i = 0; i < n; i++) out[i] = getInt32(r.buffer, p + i * 4);
  return out }
function readPartitionChangea2(r) {
  const n = r.uvarint() - 1; if (n < 0) return null;
  if (n < 0) r.fail('a count of ' + n);
  r.room(n, 16, 32 + n * 8);
  if (n === 0) return []; const p = r.position; r.position = p + n * 16; if (n === 1) return [getUuid(r.buffer, p + 0 * 16)]; if (n === 3) return [getUuid(r.buffer, p + 0 * 16), getUuid(r.buffer, p + 1 * 16), getUuid(r.buffer, p + 2 * 16)];
  const out = n > 1000000 ? [] : new Array(n);
  for (let i = 0; i < n; i++) out[i] = getUuid(r.buffer, p + i * 16);
  return out }
function readPartitionChanger3(r) {
  const b = r.buffer;
  const p0 = r.take(20); const f_partitionId = getInt32(b, p0); const f_topicId = getUuid(b, p0 + 4);
  const o = { partitionId: f_partitionId, topicId: f_topicId, isr: null, leader: -2, replicas: null, removingReplicas: null, addingReplicas: null, leaderRecoveryState: -1, directories: null, eligibleLeaderReplicas: null, lastKnownElr: null };
  if (r.hasTags()) {
    const n = r.uvarint(); r.room(n, 2);
    for (let i = 0, last = -1; i < n; i++) {
      const tag = r.uvarint(); if (tag <= last) r.fail('tagged field ' + tag + ' out of order'); last = tag;
      const end = r.tagSize();
      switch (tag) { case 0: o.isr = readPartitionChangea1(r); r.tagEnd(end); break; case 1: o.leader = r.int32(); r.tagEnd(end); break; case 2: o.replicas = readPartitionChangea1(r); r.tagEnd(end); break; case 3: o.removingReplicas = readPartitionChangea1(r); r.tagEnd(end); break; case 4: o.addingReplicas = readPartitionChangea1(r); r.tagEnd(end); break; case 5: o.leaderRecoveryState = r.int8(); r.tagEnd(end); break; case 8: o.directories = readPartitionChangea2(r); r.tagEnd(end); break; case 6: o.eligibleLeaderReplicas = readPartitionChangea1(r); r.tagEnd(end); break; case 7: o.lastKnownElr = readPartitionChangea1(r); r.tagEnd(end); break; default: r.position = end } } }
  return o }
export { readPartitionChanger3 as readPartitionChange }
