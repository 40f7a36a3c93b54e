// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.ConverterKind.converter;
import static io.tandem.node.rules.sample.Parameter.string;

import io.tandem.node.language.Keyword;
import io.tandem.node.loop.LoopLocal;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Converters on the first packet of each side of MQTT (HAProxy manual 7.3.1). */
final class MqttConverters {
    private static final LoopLocal<MqttPacket> PACKETS = new LoopLocal<>(loop -> new MqttPacket());

    /** The names of packet types, from 1 on. */
    private static final List<String> TYPES = List.of(
            "connect",
            "connack",
            "publish",
            "puback",
            "pubrec",
            "pubrel",
            "pubcomp",
            "subscribe",
            "suback",
            "unsubscribe",
            "unsuback",
            "pingreq",
            "pingresp",
            "disconnect",
            "auth");

    private static final Map<String, Integer> CONNECT_FIELDS = Map.of(
            "flags", MqttPacket.FLAGS,
            "protocol_name", MqttPacket.PROTOCOL_NAME,
            "protocol_version", MqttPacket.PROTOCOL_VERSION,
            "client_identifier", MqttPacket.CLIENT_IDENTIFIER,
            "will_topic", MqttPacket.WILL_TOPIC,
            "will_payload", MqttPacket.WILL_PAYLOAD,
            "username", MqttPacket.USERNAME,
            "password", MqttPacket.PASSWORD,
            "keepalive", MqttPacket.KEEPALIVE);
    private static final Map<String, Integer> CONNACK_FIELDS = Map.of(
            "flags", MqttPacket.FLAGS,
            "protocol_version", MqttPacket.PROTOCOL_VERSION,
            "reason_code", MqttPacket.REASON_CODE);

    static final List<Keyword<ConverterKind>> ALL = List.of(
            converter("mqtt_is_valid")
                    .accepts(SampleType.BINARY)
                    .returns(SampleType.BOOLEAN)
                    .doc("whether it begins with a valid CONNECT or CONNACK; nothing while bytes are missing")
                    .simply((facts, in) -> {
                        MqttPacket.Validity validity = PACKETS.of(facts.loop).read(in.bytes, in.start, in.end);
                        in.set(validity == MqttPacket.Validity.VALID);
                        return validity != MqttPacket.Validity.INCOMPLETE;
                    }),
            converter("mqtt_field_value")
                    .args(string("packettype"), string("fieldname_or_property_ID"))
                    .accepts(SampleType.BINARY)
                    .returns(SampleType.STRING)
                    .doc("a field or a property of a CONNECT or CONNACK")
                    .as(MqttConverters::fieldValue));

    private MqttConverters() {}

    private static int type(String word) {
        int named = TYPES.indexOf(word.toLowerCase(Locale.ROOT)) + 1;
        int type = named > 0 ? named : Text.smallNumber(word, TYPES.size());
        if (type <= 0) {
            throw new SampleError("Unknown MQTT type '" + word + "'");
        }
        return type;
    }

    private static int field(String word, int type, String typeWord) {
        Map<String, Integer> names = type == MqttPacket.CONNECT ? CONNECT_FIELDS : CONNACK_FIELDS;
        Integer named = names.get(word.toLowerCase(Locale.ROOT));
        int id = named != null ? named : Text.smallNumber(word, 63);
        boolean isKnown = type == MqttPacket.CONNECT
                ? MqttProperty.of(MqttProperty.CONNECT, id) != null || MqttProperty.of(MqttProperty.WILL, id) != null
                : MqttProperty.of(MqttProperty.CONNACK, id) != null;
        if (type > MqttPacket.CONNACK || (named == null && !isKnown)) {
            throw new SampleError("Unknown MQTT field name '" + word + "' for packet type '" + typeWord + "'");
        }
        return id;
    }

    private static Converter fieldValue(Args args) {
        int type = type(args.string(0));
        int field = field(args.string(1), type, args.string(0));
        return (facts, in) -> {
            MqttPacket packet = PACKETS.of(facts.loop);
            if (packet.read(in.bytes, in.start, in.end) != MqttPacket.Validity.VALID
                    || packet.type() != type
                    || field == MqttPacket.USER_PROPERTY) {
                return false;
            }
            if (packet.isNumber(field)) {
                in.set(packet.number(field));
                return Casts.cast(SampleType.STRING, facts.scratch, in);
            }
            in.set(SampleType.STRING, in.bytes, packet.start(field), packet.end(field));
            return packet.isBytes(field) && in.length() > 0;
        };
    }
}
