import java.time.Duration;
import java.util.*;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.*;
import org.apache.kafka.common.config.*;
import org.apache.kafka.common.config.ConfigResource.Type;
import org.apache.kafka.common.serialization.*;

/**
 * Random users of an Apache Kafka: Users BOOTSTRAP SEED THREADS DIRECTORIES. They do everything that leaves something on disk, until the
 * standard input ends, and then leave as they are, transactions under way and all. What fails, fails: others delete their topics.
 */
public class Users implements Runnable {
  static final String[] NAMES = {"alpha", "beta", "gamma.delta", "epsilon_1", "zeta-0", "eta"};
  static final String[] CODECS = {"none", "gzip", "snappy", "lz4", "zstd"};
  static final Map<String, Integer> topics = new ConcurrentHashMap<>();
  static volatile boolean over = false;
  static String bootstrap;
  static String[] directories;

  final Random dice;
  final Admin admin;
  final int number;
  final Groups groups;
  final Cluster cluster;
  final List<KafkaProducer<byte[], byte[]>> producers = new ArrayList<>();
  final Map<String, KafkaProducer<byte[], byte[]>> transactional = new HashMap<>();
  int sent = 0;

  Users(long seed, int number) {
    this.dice = new Random(seed * 1000 + number);
    this.number = number;
    this.admin = Admin.create(common());
    this.groups = new Groups(this);
    this.cluster = new Cluster(this);
  }

  public static void main(String[] args) throws Exception {
    bootstrap = args[0];
    directories = args[3].split(",");
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      for (TopicDescription one : admin.describeTopics(admin.listTopics().names().get()).allTopicNames().get().values()) topics.put(one.name(), one.partitions().size());
    }
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < Integer.parseInt(args[2]); i++) {
      Thread thread = new Thread(new Users(Long.parseLong(args[1]), i));
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
    System.out.println("begun");
    while (System.in.read() >= 0) {}
    over = true;
    for (Thread thread : threads) thread.join(3000);
    Runtime.getRuntime().halt(0);
  }

  public void run() {
    while (!over) {
      try {
        act();
        System.out.println("done");
      } catch (Exception error) {
        if (System.getenv("KT_USERS_DEBUG") != null) System.err.println(number + ": " + error);
      }
    }
  }

  void act() throws Exception {
    int roll = topics.isEmpty() ? 0 : dice.nextInt(100);
    if (roll < 7) createTopic();
    else if (roll < 9) deleteTopic();
    else if (roll < 14) configureTopic();
    else if (roll < 15) addPartitions();
    else if (roll < 45) send();
    else if (roll < 62) transact();
    else if (roll < 73) groups.consume();
    else if (roll < 77) deleteRecords();
    else if (roll < 84) groups.commit();
    else if (roll < 86) groups.forget();
    else if (roll < 92) cluster.change();
    else if (roll < 94) move();
    else if (roll < 96) groups.share();
    else if (roll < 97) groups.streams();
    else Thread.sleep(dice.nextInt(100));
  }

  Map<String, Object> common() {
    Map<String, Object> all = new HashMap<>();
    all.put("bootstrap.servers", bootstrap);
    all.put("client.id", "user-" + number);
    all.put("default.api.timeout.ms", "8000");
    all.put("request.timeout.ms", "6000");
    return all;
  }
  <T> T pick(List<T> list) { return list.get(dice.nextInt(list.size())); }
  String pick(String... list) { return list[dice.nextInt(list.length)]; }
  boolean once(int times) { return dice.nextInt(times) == 0; }
  TopicPartition place() {
    String name = pick(new ArrayList<>(topics.keySet()));
    return new TopicPartition(name, dice.nextInt(topics.getOrDefault(name, 1)));
  }

  // ---- topics ----

  void createTopic() throws Exception {
    String name = pick(NAMES);
    int partitions = 1 + dice.nextInt(3);
    Map<String, String> configs = new HashMap<>();
    configs.put("internal.segment.bytes", pick("600", "2000", "8000", "100000"));
    if (once(2)) configs.put("index.interval.bytes", pick("0", "300"));
    if (once(2)) configs.put("file.delete.delay.ms", pick("0", "500", "60000"));
    if (once(3)) configs.put("segment.index.bytes", pick("120", "4096"));
    if (once(4)) configs.put("retention.bytes", pick("4000", "20000"));
    if (once(4)) configs.put("retention.ms", pick("2000", "20000"));
    if (once(4)) configs.put("preallocate", "true");
    if (once(4)) configs.put("message.timestamp.type", "LogAppendTime");
    if (once(3)) configs.put("compression.type", pick("gzip", "snappy", "lz4", "zstd", "uncompressed"));
    if (once(4)) configs.put("flush.messages", "7");
    if (once(2)) {
      configs.put("cleanup.policy", pick("compact", "compact", "compact,delete"));
      configs.put("min.cleanable.dirty.ratio", "0.01");
      configs.put("max.compaction.lag.ms", pick("1", "2000", "9223372036854775807"));
      configs.put("delete.retention.ms", pick("0", "100", "86400000"));
      configs.put("segment.ms", pick("300", "604800000"));
    }
    admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1).configs(configs))).all().get();
    topics.put(name, partitions);
  }
  void deleteTopic() throws Exception {
    if (topics.size() < 3) return;
    String name = place().topic();
    topics.remove(name);
    admin.deleteTopics(List.of(name)).all().get();
  }
  void configureTopic() throws Exception {
    String[][] settings = {
      {"retention.bytes", "1500", "6000", "-1"}, {"segment.ms", "500", "604800000"}, {"max.message.bytes", "500000", "1048588"},
      {"internal.segment.bytes", "700", "2000", "9000"}, {"cleanup.policy", "compact", "delete", "compact,delete"},
      {"message.timestamp.type", "CreateTime", "LogAppendTime"}, {"compression.type", "producer", "zstd"}, {"min.insync.replicas", "1"},
      {"segment.jitter.ms", "0", "200"}, {"message.timestamp.before.max.ms", "9223372036854775807", "300000"}, {"min.compaction.lag.ms", "0", "1500"},
      {"delete.retention.ms", "0", "500", "86400000"}, {"local.retention.ms", "-2", "1000"}, {"compression.gzip.level", "1", "9"},
    };
    String[] one = settings[dice.nextInt(settings.length)];
    ConfigEntry entry = new ConfigEntry(one[0], one[1 + dice.nextInt(one.length - 1)]);
    var kind = once(4) && !one[0].startsWith("internal") ? AlterConfigOp.OpType.DELETE : AlterConfigOp.OpType.SET;
    alter(new ConfigResource(Type.TOPIC, place().topic()), new AlterConfigOp(entry, kind));
  }
  void alter(ConfigResource resource, AlterConfigOp change) throws Exception {
    admin.incrementalAlterConfigs(Map.of(resource, List.of(change))).all().get();
  }
  void addPartitions() throws Exception {
    String name = place().topic();
    int count = topics.getOrDefault(name, 9) + 1;
    if (count > 5) return;
    admin.createPartitions(Map.of(name, NewPartitions.increaseTo(count))).all().get();
    topics.replace(name, count);
  }
  void deleteRecords() throws Exception {
    TopicPartition place = place();
    long start = admin.listOffsets(Map.of(place, OffsetSpec.earliest())).partitionResult(place).get().offset();
    long end = admin.listOffsets(Map.of(place, OffsetSpec.latest())).partitionResult(place).get().offset();
    long to = once(5) ? -1 : start + dice.nextInt((int) (end - start) + 1);
    admin.deleteRecords(Map.of(place, RecordsToDelete.beforeOffset(to))).all().get();
  }
  void move() throws Exception {
    if (directories.length < 2) return;
    TopicPartition place = place();
    admin.alterReplicaLogDirs(Map.of(new TopicPartitionReplica(place.topic(), place.partition(), 1), pick(directories))).all().get();
  }

  // ---- records ----

  ProducerRecord<byte[], byte[]> record(TopicPartition place) {
    String number = this.number + "-" + sent++;
    byte[] key = once(60) ? once(2) ? null : new byte[0] : ("key " + dice.nextInt(once(2) ? 4 : 40)).getBytes();
    byte[] value = once(8) ? null : ("record " + number + " " + "x".repeat(once(20) ? 3000 : dice.nextInt(120))).getBytes();
    Long time = once(4) ? Long.valueOf(System.currentTimeMillis() - dice.nextInt(600_000)) : null;
    var record = new ProducerRecord<>(place.topic(), place.partition(), time, key, value);
    if (once(4)) record.headers().add("number", number.getBytes()).add("none", null);
    return record;
  }
  KafkaProducer<byte[], byte[]> open(Map<String, Object> more) {
    Map<String, Object> all = common();
    all.put("compression.type", pick(CODECS));
    all.put("linger.ms", pick("0", "3"));
    all.put("batch.size", pick("150", "1000", "16384"));
    all.put("max.block.ms", "3000");
    all.put("request.timeout.ms", "3000");
    all.put("delivery.timeout.ms", "5000");
    all.putAll(more);
    return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
  }
  void send() {
    if (producers.size() < 3 || once(10)) {
      if (producers.size() >= 3) producers.remove(0).close(Duration.ofSeconds(1));
      boolean idempotent = once(2);
      producers.add(open(Map.of("enable.idempotence", idempotent, "acks", idempotent ? "all" : pick("0", "1", "all"))));
    }
    var producer = pick(producers);
    TopicPartition place = place();
    for (int i = dice.nextInt(40); i >= 0; i--) producer.send(record(once(3) ? place() : place));
    if (once(2)) producer.flush();
  }
  void transact() throws Exception {
    String id = "transaction " + dice.nextInt(8);
    var producer = transactional.get(id);
    if (producer == null) {
      producer = open(Map.of("transactional.id", id, "transaction.timeout.ms", dice.nextInt(4) * 5000 + 1000));
      transactional.put(id, producer);
      producer.initTransactions();
    }
    try {
      for (int round = 1 + dice.nextInt(6); round > 0 && !over; round--) {
        producer.beginTransaction();
        for (int i = dice.nextInt(12); i >= 0; i--) producer.send(record(place()));
        if (once(3)) producer.sendOffsetsToTransaction(Map.of(place(), new OffsetAndMetadata(dice.nextInt(50), "sent")), new ConsumerGroupMetadata("exactly-once"));
        int end = dice.nextInt(8);
        if (end < 4) producer.commitTransaction();
        else if (end < 7) producer.abortTransaction();
        else { // left open
          producer.flush();
          transactional.remove(id).close(Duration.ZERO);
          return;
        }
      }
    } catch (Exception error) { // fenced by another user of the id, or a topic is gone
      transactional.remove(id);
      producer.close(Duration.ZERO);
      throw error;
    }
  }
}
