// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The properties of MQTT 5.0 (section 2.2.2.2) that a CONNECT, its will or a CONNACK may have. */
enum MqttProperty {
    PAYLOAD_FORMAT_INDICATOR(1, Form.BYTE, EnumSet.of(Place.WILL)),
    MESSAGE_EXPIRY_INTERVAL(2, Form.FOUR_BYTES, EnumSet.of(Place.WILL)),
    CONTENT_TYPE(3, Form.TEXT, EnumSet.of(Place.WILL)),
    RESPONSE_TOPIC(8, Form.TEXT, EnumSet.of(Place.WILL)),
    CORRELATION_DATA(9, Form.TEXT, EnumSet.of(Place.WILL)),
    SESSION_EXPIRY_INTERVAL(17, Form.FOUR_BYTES, EnumSet.of(Place.CONNECT, Place.CONNACK)),
    ASSIGNED_CLIENT_IDENTIFIER(18, Form.TEXT, EnumSet.of(Place.CONNACK)),
    SERVER_KEEP_ALIVE(19, Form.TWO_BYTES, EnumSet.of(Place.CONNACK)),
    AUTHENTICATION_METHOD(21, Form.TEXT, EnumSet.of(Place.CONNECT, Place.CONNACK)),
    AUTHENTICATION_DATA(22, Form.TEXT, EnumSet.of(Place.CONNECT, Place.CONNACK)),
    REQUEST_PROBLEM_INFORMATION(23, Form.BYTE, EnumSet.of(Place.CONNECT)),
    WILL_DELAY_INTERVAL(24, Form.FOUR_BYTES, EnumSet.of(Place.WILL)),
    REQUEST_RESPONSE_INFORMATION(25, Form.BYTE, EnumSet.of(Place.CONNECT)),
    RESPONSE_INFORMATION(26, Form.TEXT, EnumSet.of(Place.CONNACK)),
    SERVER_REFERENCE(28, Form.TEXT, EnumSet.of(Place.CONNACK)),
    REASON_STRING(31, Form.TEXT, EnumSet.of(Place.CONNACK)),
    RECEIVE_MAXIMUM(33, Form.TWO_BYTES, EnumSet.of(Place.CONNECT, Place.CONNACK)),
    TOPIC_ALIAS_MAXIMUM(34, Form.TWO_BYTES, EnumSet.of(Place.CONNECT, Place.CONNACK)),
    MAXIMUM_QOS(36, Form.BYTE, EnumSet.of(Place.CONNACK)),
    RETAIN_AVAILABLE(37, Form.BYTE, EnumSet.of(Place.CONNACK)),
    USER(MqttPacket.USER_PROPERTY, Form.TWO_TEXTS, EnumSet.allOf(Place.class)),
    MAXIMUM_PACKET_SIZE(39, Form.FOUR_BYTES, EnumSet.of(Place.CONNECT, Place.CONNACK)),
    WILDCARD_SUBSCRIPTION_AVAILABLE(40, Form.BYTE, EnumSet.of(Place.CONNACK)),
    SUBSCRIPTION_IDENTIFIERS_AVAILABLE(41, Form.BYTE, EnumSet.of(Place.CONNACK)),
    SHARED_SUBSCRIPTION_AVAILABLE(42, Form.BYTE, EnumSet.of(Place.CONNACK));

    /** How a value is written. */
    enum Form {
        BYTE,
        TWO_BYTES,
        FOUR_BYTES,
        VARINT,
        TEXT,
        TWO_TEXTS
    }

    /** Where a property may stand. */
    enum Place {
        CONNECT,
        WILL,
        CONNACK
    }

    static final Place CONNECT = Place.CONNECT;
    static final Place WILL = Place.WILL;
    static final Place CONNACK = Place.CONNACK;

    private static final Map<Place, List<MqttProperty>> BY_PLACE = new EnumMap<>(Place.class);

    static {
        for (Place place : Place.values()) {
            BY_PLACE.put(
                    place,
                    Stream.of(values())
                            .filter(property -> property.places.contains(place))
                            .toList());
        }
    }

    private final int id;
    private final Form form;

    @SuppressWarnings("ImmutableEnumChecker") // never changed
    private final Set<Place> places;

    MqttProperty(int id, Form form, Set<Place> places) {
        this.id = id;
        this.form = form;
        this.places = places;
    }

    static List<MqttProperty> of(Place place) {
        return Objects.requireNonNull(BY_PLACE.get(place));
    }

    /** The property of that number; null where there is none in that place. */
    static @Nullable MqttProperty of(Place place, int id) {
        List<MqttProperty> all = of(place);
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).id == id) {
                return all.get(i);
            }
        }
        return null;
    }

    int id() {
        return id;
    }

    Form form() {
        return form;
    }

    /** Whether its number may be that: bytes are flags, and some sizes are never 0 (section 3.1.2.11). */
    boolean allows(long number) {
        return switch (this) {
            case RECEIVE_MAXIMUM, MAXIMUM_PACKET_SIZE -> number != 0;
            default -> form != Form.BYTE || number <= 1;
        };
    }

    boolean isNumber() {
        return form != Form.TEXT && form != Form.TWO_TEXTS;
    }
}
