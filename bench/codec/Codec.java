// Decodes and encodes messages with Kafka's own generated classes. Reads lines `key version request|response hex` from standard
// input and answers each with `decode-ns encode-ns same`, the last saying whether it writes the bytes that it has read.
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

public class Codec {
    static final int ROUNDS = 9;
    static final long ROUND_NS = 100_000_000L;
    static Object sink;

    interface Work { Object run(); }

    static double measure(Work work) {
        double[] rounds = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            long count = 0;
            long start = System.nanoTime();
            long spent;
            do {
                for (int i = 0; i < 20; i++) sink = work.run();
                count += 20;
                spent = System.nanoTime() - start;
            } while (spent < ROUND_NS);
            rounds[round] = (double) spent / count;
        }
        Arrays.sort(rounds);
        return rounds[0];
    }

    static ApiMessage fresh(ApiMessageType type, boolean isRequest) {
        return isRequest ? type.newRequest() : type.newResponse();
    }

    static byte[] encode(ApiMessage message, short version) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        ByteBuffer out = ByteBuffer.allocate(message.size(cache, version));
        message.write(new ByteBufferAccessor(out), cache, version);
        return out.array();
    }

    public static void main(String[] args) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ");
            ApiMessageType type = ApiMessageType.fromApiKey(Short.parseShort(words[0]));
            short version = Short.parseShort(words[1]);
            boolean isRequest = words[2].equals("request");
            byte[] bytes = HexFormat.of().parseHex(words[3]);
            Work decoding = () -> {
                ApiMessage message = fresh(type, isRequest);
                message.read(new ByteBufferAccessor(ByteBuffer.wrap(bytes)), version);
                return message;
            };
            ApiMessage message = (ApiMessage) decoding.run();
            double decode = measure(decoding);
            double encode = measure(() -> encode(message, version));
            System.out.println(decode + " " + encode + " " + Arrays.equals(bytes, encode(message, version)));
        }
    }
}
