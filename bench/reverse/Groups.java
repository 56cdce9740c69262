import java.time.Duration;
import java.util.*;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.common.*;
import org.apache.kafka.common.serialization.*;
import org.apache.kafka.streams.*;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.apache.kafka.streams.kstream.*;
import org.apache.kafka.streams.state.Stores;

/** What a random user does in groups and to groups, of all four kinds: classic, consumer, share, streams. */
class Groups {
  final Users user;
  final Admin admin;

  Groups(Users user) {
    this.user = user;
    this.admin = user.admin;
  }

  void consume() {
    Map<String, Object> all = user.common();
    boolean isNew = user.once(2);
    all.put("group.id", (isNew ? "consumer-" : "classic-") + user.dice.nextInt(3));
    all.put("group.protocol", isNew ? "consumer" : "classic");
    if (!isNew) all.put("session.timeout.ms", "8000");
    if (!isNew && user.once(3)) all.put("partition.assignment.strategy", "org.apache.kafka.clients.consumer.CooperativeStickyAssignor");
    if (user.once(3)) all.put("group.instance.id", "static-" + user.number);
    if (user.once(2)) all.put("isolation.level", "read_committed");
    all.put("auto.offset.reset", "earliest");
    all.put("enable.auto.commit", user.once(2));
    all.put("max.poll.records", "20");
    try (var consumer = new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      if (isNew && user.once(4)) consumer.subscribe(new SubscriptionPattern(".*a"));
      else consumer.subscribe(user.once(3) ? List.copyOf(Users.topics.keySet()) : List.of(user.place().topic()));
      for (int i = 2 + user.dice.nextInt(6); i > 0 && !Users.over; i--) {
        consumer.poll(Duration.ofMillis(150));
        if (user.once(2)) consumer.commitSync(Duration.ofSeconds(2));
      }
    }
  }

  void commit() throws Exception {
    if (user.once(8)) {
      admin.alterShareGroupOffsets("share-1", Map.of(user.place(), (long) user.dice.nextInt(20))).all().get();
      return;
    }
    String group = "by-hand-" + user.dice.nextInt(3);
    var offset = new OffsetAndMetadata(user.dice.nextInt(100), user.once(2) ? Optional.of(0) : Optional.empty(), user.once(2) ? "" : "by hand");
    admin.alterConsumerGroupOffsets(group, Map.of(user.place(), offset)).all().get();
  }

  void forget() throws Exception {
    if (user.once(4)) {
      switch (user.dice.nextInt(3)) {
        case 0 -> admin.deleteShareGroups(List.of("share-1")).all().get();
        case 1 -> admin.deleteShareGroupOffsets("share-1", Set.of(user.place().topic())).all().get();
        default -> admin.deleteStreamsGroups(List.of("streams-0")).all().get();
      }
      return;
    }
    String group = user.pick("by-hand-0", "classic-0", "consumer-0", "exactly-once");
    if (user.once(2)) admin.deleteConsumerGroups(List.of(group)).all().get();
    else admin.deleteConsumerGroupOffsets(group, Set.of(user.place())).all().get();
  }

  void share() {
    Map<String, Object> all = user.common();
    boolean isExplicit = user.once(2);
    all.put("group.id", "share-" + user.dice.nextInt(2));
    all.put("share.acknowledgement.mode", isExplicit ? "explicit" : "implicit");
    try (var consumer = new KafkaShareConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(user.place().topic()));
      for (int i = 0; i < 5; i++) {
        var records = consumer.poll(Duration.ofMillis(300));
        AcknowledgeType[] types = {AcknowledgeType.ACCEPT, AcknowledgeType.RELEASE, AcknowledgeType.REJECT};
        if (isExplicit) for (var record : records) consumer.acknowledge(record, types[user.dice.nextInt(types.length)]);
        consumer.commitSync(Duration.ofSeconds(2));
      }
    }
  }

  /** Counts the keys of a topic: a group of its own protocol or of the classic one, and topics that Streams makes for itself. */
  void streams() throws Exception {
    Properties all = new Properties();
    boolean isNew = user.once(2);
    all.putAll(user.common());
    all.put("application.id", "streams-" + (isNew ? 0 : 1));
    all.put("group.protocol", isNew ? "streams" : "classic");
    all.put("state.dir", "streams-" + user.number);
    all.put("processing.guarantee", user.once(2) ? "exactly_once_v2" : "at_least_once");
    all.put("commit.interval.ms", "200");
    all.put("consumer.auto.offset.reset", "earliest");
    var serde = Serdes.ByteArray();
    var builder = new StreamsBuilder();
    builder.stream(user.pick("alpha", "beta"), Consumed.with(serde, serde))
      .filter((key, value) -> key != null)
      .groupBy((key, value) -> new String(key), Grouped.with("keys", Serdes.String(), serde))
      .count(Materialized.<String, Long>as(Stores.inMemoryKeyValueStore("counts")).withKeySerde(Serdes.String()).withValueSerde(Serdes.Long()));
    try (var streams = new KafkaStreams(builder.build(), all)) {
      streams.setUncaughtExceptionHandler(error -> StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT);
      streams.start();
      for (int i = 0; i < 40 && !Users.over; i++) Thread.sleep(100);
      streams.close(Duration.ofSeconds(2));
    }
  }
}
