// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import java.util.Arrays;

/**
 * The first packet of a side of MQTT 3.1, 3.1.1 or 5.0: CONNECT or CONNACK. Reused; one per event loop.
 *
 * @see <a href="https://docs.oasis-open.org/mqtt/mqtt/v3.1.1/os/mqtt-v3.1.1-os.html">MQTT 3.1.1</a>
 * @see <a href="https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html">MQTT 5.0</a>
 */
final class MqttPacket {
    /** What reading a packet came to. */
    enum Validity {
        VALID,
        INVALID,
        INCOMPLETE
    }

    static final int CONNECT = 1;
    static final int CONNACK = 2;

    // fields; those below 64 are the numbers of properties
    static final int FLAGS = 64;
    static final int PROTOCOL_NAME = 65;
    static final int PROTOCOL_VERSION = 66;
    static final int CLIENT_IDENTIFIER = 67;
    static final int WILL_TOPIC = 68;
    static final int WILL_PAYLOAD = 69;
    static final int USERNAME = 70;
    static final int PASSWORD = 71;
    static final int KEEPALIVE = 72;
    static final int REASON_CODE = 73;
    private static final int FIELDS = 74;

    static final int USER_PROPERTY = 38;

    private static final int HAS_USERNAME = 0x80;
    private static final int HAS_PASSWORD = 0x40;
    private static final int HAS_WILL = 0x04;

    private static final byte[] MQTT = Text.bytes("MQTT");
    private static final byte[] MQISDP = Text.bytes("MQIsdp");

    private byte[] bytes = new byte[0];
    private int at;
    private int end;
    private int type;
    private boolean isBroken;

    private final int[] starts = new int[FIELDS];
    private final int[] ends = new int[FIELDS];
    private final long[] numbers = new long[FIELDS];
    /** What a field holds: 0 nothing, 1 a number, 2 bytes. */
    private final byte[] kinds = new byte[FIELDS];

    /** Reads the packet that {@code source[from..to)} begins with. */
    Validity read(byte[] source, int from, int to) {
        bytes = source;
        at = from;
        end = to;
        isBroken = false;
        Arrays.fill(kinds, (byte) 0);
        if (to - from < 2) {
            return Validity.INCOMPLETE;
        }
        int first = next();
        type = first >> 4;
        if ((first & 0xF) != 0 || (type != CONNECT && type != CONNACK)) {
            return Validity.INVALID;
        }
        long length = varint();
        if (isBroken) {
            return at == end ? Validity.INCOMPLETE : Validity.INVALID;
        }
        if (length > end - at) {
            return Validity.INCOMPLETE;
        }
        int start = at;
        if (type == CONNECT) {
            connect();
        } else {
            acknowledgement();
        }
        return isBroken || at - start != length ? Validity.INVALID : Validity.VALID;
    }

    /** {@link #CONNECT} or {@link #CONNACK}. */
    int type() {
        return type;
    }

    boolean isNumber(int field) {
        return kinds[field] == 1;
    }

    boolean isBytes(int field) {
        return kinds[field] == 2;
    }

    long number(int field) {
        return numbers[field];
    }

    int start(int field) {
        return starts[field];
    }

    int end(int field) {
        return ends[field];
    }

    private void connect() {
        text(PROTOCOL_NAME);
        number(PROTOCOL_VERSION, 1);
        int version = isBroken ? 0 : (int) numbers[PROTOCOL_VERSION];
        number(FLAGS, 1);
        number(KEEPALIVE, 2);
        if (isBroken || version < 3 || version > 5 || (!isName(MQTT) && !isName(MQISDP))) {
            isBroken = true;
            return;
        }
        int flags = (int) numbers[FLAGS];
        boolean hasWill = (flags & HAS_WILL) != 0;
        if ((flags & 1) != 0) { // of the other rules about flags HAProxy asks for none
            isBroken = true;
            return;
        }
        if (version == 5) {
            properties(MqttProperty.CONNECT);
        }
        text(CLIENT_IDENTIFIER);
        if (hasWill) {
            if (version == 5) {
                properties(MqttProperty.WILL);
            }
            text(WILL_TOPIC);
            text(WILL_PAYLOAD);
        }
        if ((flags & HAS_USERNAME) != 0) {
            text(USERNAME);
        }
        if ((flags & HAS_PASSWORD) != 0) {
            text(PASSWORD);
        }
    }

    private boolean isName(byte[] name) {
        return Text.equals(bytes, starts[PROTOCOL_NAME], ends[PROTOCOL_NAME], name, false);
    }

    private void acknowledgement() {
        int version = end - at == 2 ? 4 : 5;
        number(FLAGS, 1);
        number(REASON_CODE, 1);
        isBroken |= (numbers[FLAGS] & ~1) != 0;
        if (version == 5) {
            properties(MqttProperty.CONNACK);
        }
        kinds[PROTOCOL_VERSION] = 1;
        numbers[PROTOCOL_VERSION] = version;
    }

    private void properties(MqttProperty.Place place) {
        long length = varint();
        if (isBroken || length > end - at) {
            isBroken = true;
            return;
        }
        for (MqttProperty property : MqttProperty.of(place)) {
            if (property.isNumber()) {
                kinds[property.id()] = 1;
                numbers[property.id()] = 0;
            }
        }
        long seen = 0;
        int limit = at + (int) length;
        while (at < limit && !isBroken) {
            int id = next();
            MqttProperty property = MqttProperty.of(place, id);
            if (property == null || (id != USER_PROPERTY && (seen & 1L << id) != 0)) {
                isBroken = true;
                return;
            }
            seen |= 1L << id;
            value(property);
            isBroken |= !property.allows(numbers[id]);
        }
        isBroken |= at != limit;
    }

    private void value(MqttProperty property) {
        switch (property.form()) {
            case BYTE -> number(property.id(), 1);
            case TWO_BYTES -> number(property.id(), 2);
            case FOUR_BYTES -> number(property.id(), 4);
            case VARINT -> {
                numbers[property.id()] = varint();
                kinds[property.id()] = 1;
            }
            case TEXT -> text(property.id());
            case TWO_TEXTS -> {
                text(property.id());
                text(property.id());
            }
        }
    }

    private int next() {
        if (at == end) {
            isBroken = true;
            return 0;
        }
        return bytes[at++] & 0xFF;
    }

    private void number(int field, int size) {
        long number = 0;
        for (int i = 0; i < size; i++) {
            number = number << 8 | next();
        }
        numbers[field] = number;
        kinds[field] = 1;
    }

    private void text(int field) {
        int length = next() << 8 | next();
        if (isBroken || length > end - at) {
            isBroken = true;
            return;
        }
        kinds[field] = 2;
        starts[field] = at;
        at += length;
        ends[field] = at;
    }

    /** At most four bytes, the lowest seven bits first. */
    private long varint() {
        long number = 0;
        for (int i = 0; i < 4; i++) {
            int b = next();
            number |= (long) (b & 0x7F) << (7 * i);
            if (b < 0x80) {
                return number;
            }
        }
        isBroken = true;
        return 0;
    }
}
