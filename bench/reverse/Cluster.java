import java.util.*;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.common.acl.*;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.ConfigResource.Type;
import org.apache.kafka.common.quota.*;
import org.apache.kafka.common.resource.*;

/** What a random user does to the cluster itself. Nothing of it keeps other users from what they do: limits are high, nobody is denied. */
class Cluster {
  static final String[] PEOPLE = {"anna", "bert"};
  final Users user;
  final Admin admin;

  Cluster(Users user) {
    this.user = user;
    this.admin = user.admin;
  }

  void change() throws Exception {
    switch (user.dice.nextInt(7)) {
      case 0 -> quota();
      case 1 -> credential();
      case 2 -> acl();
      case 3 -> feature();
      default -> config();
    }
  }

  /** Limits of users, clients, both together, addresses, and of all that have none of their own (null). */
  void quota() throws Exception {
    Map<String, String> names = new HashMap<>();
    String[] keys = {"producer_byte_rate", "consumer_byte_rate", "request_percentage", "controller_mutation_rate"};
    switch (user.dice.nextInt(4)) {
      case 0 -> names.put("user", user.once(3) ? null : user.pick(PEOPLE));
      case 1 -> names.put("client-id", user.once(3) ? null : user.pick(PEOPLE));
      case 2 -> {
        names.put("user", user.once(3) ? null : user.pick(PEOPLE));
        names.put("client-id", user.once(3) ? null : user.pick(PEOPLE));
      }
      default -> {
        names.put("ip", user.once(3) ? null : "192.0.2." + user.dice.nextInt(3));
        keys = new String[] {"connection_creation_rate"};
      }
    }
    var limit = new ClientQuotaAlteration.Op(user.pick(keys), user.once(3) ? null : 1e7 + user.dice.nextInt(9));
    admin.alterClientQuotas(List.of(new ClientQuotaAlteration(new ClientQuotaEntity(names), List.of(limit)))).all().get();
  }

  void credential() throws Exception {
    var mechanism = user.once(2) ? ScramMechanism.SCRAM_SHA_256 : ScramMechanism.SCRAM_SHA_512;
    String name = user.pick(PEOPLE);
    var change = user.once(3)
      ? new UserScramCredentialDeletion(name, mechanism)
      : new UserScramCredentialUpsertion(name, new ScramCredentialInfo(mechanism, 4096), "secret");
    admin.alterUserScramCredentials(List.of(change)).all().get();
  }

  /** Refused where the broker has no authorizer. */
  void acl() throws Exception {
    var kind = user.once(2) ? ResourceType.TOPIC : user.once(2) ? ResourceType.GROUP : ResourceType.TRANSACTIONAL_ID;
    var pattern = new ResourcePattern(kind, user.pick("alpha", "be", "*"), user.once(2) ? PatternType.LITERAL : PatternType.PREFIXED);
    var operation = user.once(2) ? AclOperation.READ : AclOperation.DESCRIBE;
    var entry = new AccessControlEntry("User:" + user.pick(PEOPLE), user.pick("*", "192.0.2.1"), operation, user.once(3) ? AclPermissionType.DENY : AclPermissionType.ALLOW);
    var binding = new AclBinding(pattern, entry);
    if (user.once(4)) admin.deleteAcls(List.of(binding.toFilter())).all().get();
    else admin.createAcls(List.of(binding)).all().get();
  }

  /** One feature a level up: refused where it is the highest, or another one has to come first. */
  void feature() throws Exception {
    var all = admin.describeFeatures().featureMetadata().get();
    String name = user.pick(new ArrayList<>(all.supportedFeatures().keySet()));
    var now = all.finalizedFeatures().get(name);
    short next = (short) ((now == null ? 0 : now.maxVersionLevel()) + 1);
    if (next > all.supportedFeatures().get(name).maxVersion()) return;
    admin.updateFeatures(Map.of(name, new FeatureUpdate(next, FeatureUpdate.UpgradeType.UPGRADE)), new UpdateFeaturesOptions()).all().get();
  }

  void config() throws Exception {
    switch (user.dice.nextInt(8)) {
      case 0 -> set(Type.GROUP, "consumer-0", "consumer.session.timeout.ms", "45000", "50000");
      case 1 -> set(Type.GROUP, "share-0", "share.auto.offset.reset", "earliest", "latest");
      case 2 -> set(Type.GROUP, "streams-0", "streams.num.standby.replicas", "1", "2");
      case 3 -> set(Type.BROKER, "", "log.retention.ms", "604800000", "86400000");
      case 4 -> set(Type.BROKER, "1", "log.cleaner.threads", "1", "2");
      case 5 -> set(Type.BROKER, "", "message.max.bytes", "1048588", "2000000");
      case 6 -> set(Type.CLIENT_METRICS, "m", "interval.ms", "30000", "60000");
      default -> set(Type.CLIENT_METRICS, user.pick("m", "n"), "match", "client_id=user-.*", "client_software_name=librdkafka");
    }
  }
  /** One of the values, or none any more. */
  void set(Type type, String resource, String name, String... values) throws Exception {
    var entry = new ConfigEntry(name, user.pick(values));
    user.alter(new ConfigResource(type, resource), new AlterConfigOp(entry, user.once(4) ? AlterConfigOp.OpType.DELETE : AlterConfigOp.OpType.SET));
  }
}
