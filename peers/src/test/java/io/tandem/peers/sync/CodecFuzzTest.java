// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.peers.sync;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.peers.table.Cell;
import io.tandem.peers.table.Column;
import io.tandem.peers.table.DataType;
import io.tandem.peers.table.Dictionary;
import io.tandem.peers.table.HybridClock;
import io.tandem.peers.table.KeyType;
import io.tandem.peers.table.StickTable;
import io.tandem.peers.table.TableDefinition;
import io.tandem.peers.table.Tables;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Random and damaged bytes against the decoders; cells against a slow reference that reads byte by byte. */
class CodecFuzzTest {
    private static TableDefinition definition(KeyType keyType) {
        return TableDefinition.of(
                "t",
                keyType,
                keyType.fixedBytes() == 0 ? 20 : keyType.fixedBytes(),
                1000,
                60_000,
                Column.of(DataType.SERVER_ID),
                Column.of(DataType.GPC0),
                Column.of(DataType.CONN_CUR),
                Column.rate(DataType.HTTP_REQ_RATE, 10_000),
                Column.of(DataType.BYTES_IN_CNT),
                Column.of(DataType.SERVER_KEY),
                new Column(DataType.GPT, 2, 0),
                new Column(DataType.GPC_RATE, 2, 5_000));
    }

    @ParameterizedTest
    @EnumSource(KeyType.class)
    void cellsComeBackAsTheyWentAndDamageIsSeenAsTheReferenceSeesIt(KeyType keyType) {
        Random random = new Random(keyType.number());
        TableDefinition definition = definition(keyType);
        Schema schema = Schema.of(definition);
        int[] places = Objects.requireNonNull(schema.mapOf(schema));
        Dictionary dictionary = new Dictionary();
        for (int round = 0; round < 4_000; round++) {
            Cell cell = randomCell(definition, dictionary, random);
            ByteWriter out = new ByteWriter(16);
            new CellCodec(dictionary).encode(out, schema, cell, random.nextBoolean());
            byte[] bytes = Arrays.copyOf(out.array(), out.size());
            if (round % 2 == 1) {
                bytes = damage(bytes, random);
            }
            Cell decoded = new Cell(definition);
            ByteReader in = new ByteReader(bytes, 0, bytes.length);
            boolean good = new CellCodec(dictionary).decode(in, schema, places, 77, decoded);
            List<Object> expected = new Reference(bytes, schema).read();

            assertThat(good).as("round %d: %s", round, Arrays.toString(bytes)).isEqualTo(expected != null);
            if (expected != null) {
                assertThat(values(decoded, definition, dictionary))
                        .as("round %d", round)
                        .isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void noBytesMakeASessionThrowOrGrow(long seed) {
        Random random = new Random(seed);
        TableDefinition definition = definition(KeyType.STRING);
        List<byte[]> valid = validMessages(definition);
        Tables tables = new Tables(1, 0);
        StickTable table = tables.declare(definition);
        Session<String> session = new Session<>(tables, new Identity("victim", 5));
        session.wakeBy(() -> {});
        session.onView(List.of("peer"), 1_000);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes;
            if (random.nextInt(3) == 0) {
                bytes = new byte[random.nextInt(1500)];
                random.nextBytes(bytes);
                if (bytes.length > 2 && random.nextBoolean()) {
                    bytes[0] = Session.VERSION;
                    bytes[1] = (byte) random.nextInt(8);
                }
            } else {
                bytes = damage(valid.get(random.nextInt(valid.size())), random);
            }
            DecodeFailure failure = session.onMessage("peer", bytes, 0, bytes.length, 1_000 + i);
            refused += failure == null ? 0 : 1;
        }
        session.step(30_000, (to, bytes, length) -> {});

        assertThat(refused).isGreaterThan(1_000);
        assertThat(table.used()).isLessThanOrEqualTo(1000);
        assertThat(tables.origins().count()).isLessThanOrEqualTo(io.tandem.peers.table.Origins.MAX);
        byte[] good = valid.get(0);
        assertThat(session.onMessage("peer", good, 0, good.length, 40_000)).isIn(null, DecodeFailure.ORIGINS);
    }

    private static List<byte[]> validMessages(TableDefinition definition) {
        Tables tables = new Tables(2, 0);
        StickTable table = tables.declare(definition);
        Session<String> session = new Session<>(tables, new Identity("peer", 9));
        session.wakeBy(() -> {});
        session.onView(List.of("victim"), 0);
        for (int i = 0; i < 10; i++) {
            byte[] key = ("key" + i).getBytes(StandardCharsets.UTF_8);
            int entry = table.findOrCreate(key, 0, key.length, 0);
            table.add(entry, table.field(DataType.GPC0), i, 0);
            table.add(entry, table.field(DataType.HTTP_REQ_RATE), i, 0);
            table.setServerKey(entry, "server" + i % 3, 0);
            table.release(entry);
        }
        byte[] cleared = "key3".getBytes(StandardCharsets.UTF_8);
        table.clear(table.find(cleared, 0, cleared.length, 0), 0);
        session.state().put("a", new byte[] {1, 2, 3}, 0);
        // A request from the other side makes it teach.
        ByteWriter request = new ByteWriter(32);
        request.u8(Session.VERSION);
        request.u8(Session.REQUEST);
        request.i64(1234);
        request.varint(1);
        request.varint(1);
        request.u8(1);
        assertThat(session.onMessage("victim", request.array(), 0, request.size(), 0))
                .isNull();
        List<byte[]> messages = new ArrayList<>();
        session.step(10, (to, bytes, length) -> messages.add(Arrays.copyOf(bytes, length)));
        assertThat(messages).hasSizeGreaterThanOrEqualTo(6);
        return messages;
    }

    private static byte[] damage(byte[] bytes, Random random) {
        byte[] damaged =
                random.nextInt(4) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)) : bytes.clone();
        for (int i = random.nextInt(3); i > 0 && damaged.length > 0; i--) {
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
        }
        return damaged;
    }

    private static Cell randomCell(TableDefinition definition, Dictionary dictionary, Random random) {
        Cell cell = new Cell(definition);
        cell.keyLength = definition.keyType().fixedBytes() != 0 ? definition.keyBytes() : random.nextInt(21);
        random.nextBytes(cell.key);
        cell.remainingMs = random.nextBoolean() ? -1 : random.nextInt(60_000) / 16 * 16L;
        cell.epoch = random.nextInt(3) == 0 ? random.nextLong() >>> 4 : 0;
        cell.sequence = 77;
        cell.mask = random.nextInt(1 << definition.columns().size());
        for (int c = 0; c < definition.columns().size(); c++) {
            Column column = definition.columns().get(c);
            int width = Cell.width(column);
            for (int i = 0; i < column.elements() * width; i++) {
                boolean stamp = column.type().merge() == DataType.Merge.REGISTER && i % 2 == 0;
                boolean text = column.type() == DataType.SERVER_KEY && i == 1;
                long value = random.nextInt() & 0xFFFF_FFFFL;
                cell.set(
                        c,
                        i,
                        stamp ? random.nextLong() >>> 4 : text ? dictionary.number("s" + random.nextInt(5)) : value);
            }
        }
        return cell;
    }

    private static List<Object> values(Cell cell, TableDefinition definition, Dictionary dictionary) {
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < cell.keyLength; i++) {
            values.add(cell.key[i]);
        }
        values.add(cell.remainingMs);
        values.add(cell.epoch);
        values.add(cell.sequence);
        for (int c = 0; c < definition.columns().size(); c++) {
            Column column = definition.columns().get(c);
            for (int i = 0; cell.has(c) && i < column.elements() * Cell.width(column); i++) {
                long value = cell.get(c, i);
                boolean text = column.type() == DataType.SERVER_KEY && i == 1;
                values.add(text ? String.valueOf(dictionary.text(value)) : (Object) value);
            }
        }
        return values;
    }

    /** The format as its documentation says it, slowly. */
    private static final class Reference {
        private static final BigInteger MAX = BigInteger.ONE.shiftLeft(64);

        private final byte[] bytes;
        private final Schema schema;
        private int at;

        Reference(byte[] bytes, Schema schema) {
            this.bytes = bytes;
            this.schema = schema;
        }

        @Nullable List<Object> read() {
            try {
                return cell();
            } catch (IndexOutOfBoundsException | ArithmeticException e) {
                return null;
            }
        }

        private List<Object> cell() {
            List<Object> values = new ArrayList<>();
            boolean fixed = schema.keyType().fixedBytes() != 0;
            long length = fixed ? schema.keyBytes() : varint().longValueExact();
            require(length <= schema.keyBytes());
            for (int i = 0; i < length; i++) {
                values.add(bytes[at++]);
            }
            BigInteger flags = varint();
            BigInteger lifetime = varint();
            BigInteger mask = flags.shiftRight(2);
            require(mask.bitLength() <= schema.columns().size());
            require(lifetime.compareTo(BigInteger.ONE.shiftLeft(32)) <= 0);
            values.add(lifetime.signum() == 0 ? -1L : (lifetime.longValueExact() - 1) * 16);
            long epoch = flags.testBit(0) ? stamp() : 0;
            values.add(epoch);
            values.add(flags.testBit(1) ? varint().longValueExact() : 77L);
            for (int c = 0; c < schema.columns().size(); c++) {
                if (mask.testBit(c)) {
                    for (int e = 0; e < schema.columns().get(c).elements(); e++) {
                        element(schema.columns().get(c).type(), values);
                    }
                }
            }
            return values;
        }

        private void element(DataType type, List<Object> values) {
            if (type.isRate()) {
                for (int i = 0; i < 3; i++) {
                    BigInteger part = varint();
                    require(part.bitLength() <= 32);
                    values.add(part.longValue());
                }
            } else if (type == DataType.SERVER_KEY) {
                values.add(stamp());
                long number = varint().longValueExact();
                require(number <= 1); // one cell: at most one text, and it is new
                values.add(number == 0 ? "null" : text());
            } else if (type.merge() == DataType.Merge.REGISTER) {
                values.add(stamp());
                values.add(zigzag());
            } else if (type.merge() == DataType.Merge.GAUGE) {
                values.add(zigzag());
            } else {
                values.add(varint().longValue());
            }
        }

        private String text() {
            int length = varint().intValueExact();
            require(length <= 2048 && length <= bytes.length - at);
            String text = new String(bytes, at, length, StandardCharsets.UTF_8);
            at += length;
            return text.isEmpty() || text.length() > 512 ? "null" : text;
        }

        private long zigzag() {
            BigInteger value = varint();
            BigInteger half = value.shiftRight(1);
            return (value.testBit(0) ? half.negate().subtract(BigInteger.ONE) : half).longValue();
        }

        private long stamp() {
            byte[] eight = Arrays.copyOfRange(bytes, at, at + 8);
            require(at + 8 <= bytes.length);
            at += 8;
            long stamp = new BigInteger(eight).longValueExact();
            require(HybridClock.isPlausible(stamp));
            return stamp;
        }

        private BigInteger varint() {
            BigInteger value = BigInteger.ZERO;
            for (int i = 0; i < 10; i++) {
                int b = bytes[at++] & 0xFF;
                value = value.add(BigInteger.valueOf(b & 0x7F).shiftLeft(7 * i));
                if (b < 0x80) {
                    require(value.compareTo(MAX) < 0);
                    return value;
                }
            }
            throw new ArithmeticException("more than ten bytes");
        }

        private static void require(boolean condition) {
            if (!condition) {
                throw new ArithmeticException("refused");
            }
        }
    }
}
