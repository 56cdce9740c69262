// Apache Kafka's own classes as the judge of bytes. Reads one question a line from standard input, its words apart by tabs, and answers
// each with a line: `ok`, and what is asked for, or `error` and what Kafka threw.
//
//   message NAME VERSION JSON       -> hex, JSON       writes the message that the JSON tells
//   bytes NAME VERSION HEX          -> left, JSON      reads the message
//   cross NAME FROM JSON TO         -> hex             writes in one version what the JSON of another tells
//   tags NAME VERSION HEX           -> hex             the same with unknown tagged fields in each structure
//   build JSON                      -> hex             a batch, or a message set of magic 0 or 1
//   batches HEX                     -> JSON            what is in each batch
//   walk HEX                        -> JSON            what MemoryRecords and FileRecords do batch by batch
//
// 64-bit numbers are texts in the JSON that comes out, and numbers in that which goes in.
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Map;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.record.CompressionType;
import org.apache.kafka.common.record.DefaultRecordBatch;
import org.apache.kafka.common.record.FileRecords;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.MemoryRecordsBuilder;
import org.apache.kafka.common.record.Record;
import org.apache.kafka.common.record.RecordBatch;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.utils.Utils;

public class Judge {
    static final ObjectMapper MAPPER = new ObjectMapper();
    static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    static final HexFormat HEX = HexFormat.of();
    static final String[] PACKAGES = {
        "org.apache.kafka.common.message.", "org.apache.kafka.common.metadata.", "org.apache.kafka.coordinator.group.generated.",
        "org.apache.kafka.coordinator.transaction.generated.", "org.apache.kafka.coordinator.share.generated.",
    };

    // ---- messages ----

    record Kind(Class<?> type, Method read, Method write) {}
    static final Map<String, Kind> KINDS = new HashMap<>();

    static Kind kind(String name) throws Exception {
        Kind known = KINDS.get(name);
        if (known != null) return known;
        for (String place : PACKAGES) {
            try {
                Class<?> type = Class.forName(place + name);
                Class<?> converter = Class.forName(place + name + "JsonConverter");
                Method read = converter.getMethod("read", JsonNode.class, short.class);
                Method write = converter.getMethod("write", type, short.class);
                Kind found = new Kind(type, read, write);
                KINDS.put(name, found);
                return found;
            } catch (ClassNotFoundException e) {
                // in another package
            }
        }
        throw new ClassNotFoundException(name);
    }

    static Message fromJson(String name, String json, short version) throws Exception {
        return (Message) kind(name).read.invoke(null, MAPPER.readTree(json), version);
    }
    static String toJson(String name, Message message, short version) throws Exception {
        return MAPPER.writeValueAsString(exact((JsonNode) kind(name).write.invoke(null, message, version)));
    }
    static JsonNode exact(JsonNode node) {
        if (node.isLong()) return TextNode.valueOf(node.asText());
        if (node instanceof ArrayNode list) {
            ArrayNode out = NODES.arrayNode();
            for (JsonNode each : list) out.add(exact(each));
            return out;
        }
        if (node instanceof ObjectNode object) {
            ObjectNode out = NODES.objectNode();
            object.fields().forEachRemaining(field -> out.set(field.getKey(), exact(field.getValue())));
            return out;
        }
        return node;
    }
    static String encode(Message message, short version) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        ByteBuffer out = ByteBuffer.allocate(message.size(cache, version));
        message.write(new ByteBufferAccessor(out), cache, version);
        if (out.hasRemaining()) throw new IllegalStateException(out.remaining() + " bytes less than its size");
        return HEX.formatHex(out.array());
    }
    static ByteBuffer decode(Message message, String hex, short version) {
        ByteBuffer in = ByteBuffer.wrap(HEX.parseHex(hex));
        message.read(new ByteBufferAccessor(in), version);
        return in;
    }
    static Message fresh(String name) throws Exception {
        return (Message) kind(name).type.getDeclaredConstructor().newInstance();
    }

    static final int[] UNKNOWN_TAGS = {100, 128, 20000};
    static void addTags(Message message) throws Exception {
        for (int tag : UNKNOWN_TAGS) message.unknownTaggedFields().add(new RawTaggedField(tag, new byte[tag % 7]));
        for (Field field : message.getClass().getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers())) continue;
            field.setAccessible(true);
            Object value = field.get(message);
            if (value instanceof Message inner) addTags(inner);
            if (value instanceof Collection<?> list) {
                for (Object each : list) if (each instanceof Message inner) addTags(inner);
            }
        }
    }

    // ---- batches ----

    static ByteBuffer bytes(JsonNode node) {
        return node == null || node.isNull() ? null : ByteBuffer.wrap(HEX.parseHex(node.asText()));
    }
    static Compression compression(JsonNode spec) {
        CompressionType type = CompressionType.forName(spec.get("codec").asText());
        JsonNode level = spec.get("level");
        if (level == null) return Compression.of(type).build();
        return switch (type) {
            case GZIP -> Compression.gzip().level(level.asInt()).build();
            case LZ4 -> Compression.lz4().level(level.asInt()).build();
            case ZSTD -> Compression.zstd().level(level.asInt()).build();
            default -> Compression.of(type).build();
        };
    }
    static String build(JsonNode spec) {
        boolean appendTime = spec.hasNonNull("logAppendTime");
        byte magic = (byte) spec.get("magic").asInt();
        TimestampType type = magic == 0 ? TimestampType.NO_TIMESTAMP_TYPE : appendTime ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME;
        MemoryRecordsBuilder builder = new MemoryRecordsBuilder(ByteBuffer.allocate(1024), magic, compression(spec), type,
            spec.get("baseOffset").asLong(), appendTime ? spec.get("logAppendTime").asLong() : RecordBatch.NO_TIMESTAMP,
            spec.get("producerId").asLong(), (short) spec.get("producerEpoch").asInt(), spec.get("baseSequence").asInt(),
            spec.get("transactional").asBoolean(), false, spec.get("partitionLeaderEpoch").asInt(), Integer.MAX_VALUE);
        for (JsonNode record : spec.get("records")) {
            JsonNode pairs = record.get("headers");
            Header[] headers = new Header[pairs.size()];
            for (int i = 0; i < headers.length; i++) {
                ByteBuffer value = bytes(pairs.get(i).get(1));
                headers[i] = new RecordHeader(pairs.get(i).get(0).asText(), value == null ? null : value.array());
            }
            builder.appendWithOffset(record.get("offset").asLong(), record.get("timestamp").asLong(), bytes(record.get("key")),
                bytes(record.get("value")), headers);
        }
        ByteBuffer out = builder.build().buffer();
        byte[] all = new byte[out.remaining()];
        out.get(all);
        return HEX.formatHex(all);
    }

    static String hex(ByteBuffer value) {
        return value == null ? null : HEX.formatHex(Utils.toArray(value));
    }
    static ObjectNode describe(RecordBatch batch) {
        ObjectNode out = NODES.objectNode();
        out.put("baseOffset", String.valueOf(batch.baseOffset())).put("lastOffset", String.valueOf(batch.lastOffset()));
        out.put("sizeInBytes", batch.sizeInBytes()).put("magic", batch.magic()).put("crc", String.valueOf(batch.checksum()));
        out.put("compression", batch.compressionType().name).put("timestampType", batch.timestampType().name);
        out.put("maxTimestamp", String.valueOf(batch.maxTimestamp()));
        if (batch.magic() < 2) return out;
        out.put("partitionLeaderEpoch", batch.partitionLeaderEpoch());
        out.put("baseTimestamp", String.valueOf(((DefaultRecordBatch) batch).baseTimestamp()));
        out.put("transactional", batch.isTransactional()).put("control", batch.isControlBatch());
        out.put("deleteHorizonMs", batch.deleteHorizonMs().isPresent() ? String.valueOf(batch.deleteHorizonMs().getAsLong()) : null);
        out.put("producerId", String.valueOf(batch.producerId())).put("producerEpoch", batch.producerEpoch());
        out.put("baseSequence", batch.baseSequence()).put("lastSequence", batch.lastSequence());
        return out.put("count", batch.countOrNull());
    }
    static ObjectNode describe(Record record, boolean isOld) {
        ObjectNode out = NODES.objectNode();
        out.put("offset", String.valueOf(record.offset())).put("timestamp", String.valueOf(record.timestamp()));
        if (!isOld) out.put("sequence", record.sequence()).put("size", record.sizeInBytes());
        out.put("key", hex(record.key())).put("value", hex(record.value()));
        ArrayNode headers = out.putArray("headers");
        for (Header header : record.headers()) {
            byte[] value = header.value();
            headers.addArray().add(header.key()).add(value == null ? null : HEX.formatHex(value));
        }
        return out;
    }
    static ArrayNode batches(String hex) {
        ArrayNode out = NODES.arrayNode();
        for (RecordBatch batch : MemoryRecords.readableRecords(ByteBuffer.wrap(HEX.parseHex(hex))).batches()) {
            batch.ensureValid();
            ObjectNode one = out.addObject();
            one.set("batch", describe(batch));
            ArrayNode records = one.putArray("records");
            for (Record record : batch) records.add(describe(record, batch.magic() < 2));
        }
        return out;
    }

    static String said(Throwable error) {
        return error.getClass().getName() + ": " + error.getMessage();
    }
    static ArrayNode walk(Iterator<? extends RecordBatch> batches, String file) {
        ArrayNode steps = NODES.arrayNode();
        for (;;) {
            RecordBatch batch;
            try {
                if (!batches.hasNext()) {
                    steps.addObject().put("end", true);
                    return steps;
                }
                batch = batches.next();
            } catch (Throwable error) {
                steps.addObject().put("nextBatch", said(error).replace(file, "<file>"));
                return steps;
            }
            steps.add(inspect(batch));
        }
    }
    static ObjectNode inspect(RecordBatch batch) {
        ObjectNode step = NODES.objectNode();
        try {
            step.put("baseOffset", String.valueOf(batch.baseOffset())).put("lastOffset", String.valueOf(batch.lastOffset()));
            step.put("size", batch.sizeInBytes()).put("magic", batch.magic());
        } catch (Throwable error) {
            step.removeAll();
            step.put("header", said(error));
        }
        try {
            batch.ensureValid();
            step.put("ensureValid", "ok");
        } catch (Throwable error) {
            step.put("ensureValid", said(error));
        }
        int read = 0;
        String outcome = "ok";
        try {
            for (Record ignored : batch) read++;
        } catch (Throwable error) {
            outcome = said(error);
        }
        return step.put("iterate", outcome).put("recordsRead", read);
    }
    static String walk(String hex) throws Exception {
        byte[] bytes = HEX.parseHex(hex);
        ObjectNode out = NODES.objectNode();
        out.set("memory", walk(MemoryRecords.readableRecords(ByteBuffer.wrap(bytes)).batches().iterator(), "<file>"));
        File file = File.createTempFile("judge", ".log");
        try {
            Files.write(file.toPath(), bytes);
            try (FileRecords records = FileRecords.open(file)) {
                out.set("file", walk(records.batches().iterator(), file.getAbsolutePath()));
            }
        } finally {
            file.delete();
        }
        return MAPPER.writeValueAsString(out);
    }

    // ---- questions ----

    static String answer(String[] words) throws Exception {
        switch (words[0]) {
            case "message": {
                short version = Short.parseShort(words[2]);
                Message message = fromJson(words[1], words[3], version);
                return encode(message, version) + "\t" + toJson(words[1], message, version);
            }
            case "bytes": {
                short version = Short.parseShort(words[2]);
                Message message = fresh(words[1]);
                ByteBuffer rest = decode(message, words.length > 3 ? words[3] : "", version);
                return rest.remaining() + "\t" + toJson(words[1], message, version);
            }
            case "cross":
                return encode(fromJson(words[1], words[3], Short.parseShort(words[2])), Short.parseShort(words[4]));
            case "tags": {
                short version = Short.parseShort(words[2]);
                Message message = fresh(words[1]);
                decode(message, words[3], version);
                addTags(message);
                return encode(message, version);
            }
            case "build":
                return build(MAPPER.readTree(words[1]));
            case "batches":
                return MAPPER.writeValueAsString(batches(words[1]));
            case "walk":
                return walk(words.length > 1 ? words[1] : "");
            default:
                throw new IllegalArgumentException(words[0]);
        }
    }

    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String answer;
            try {
                answer = "ok\t" + answer(line.split("\t"));
            } catch (InvocationTargetException error) {
                answer = "error\t" + said(error.getCause());
            } catch (Throwable error) {
                answer = "error\t" + said(error);
            }
            out.println(answer.replace("\n", " "));
        }
        out.flush();
    }
}
