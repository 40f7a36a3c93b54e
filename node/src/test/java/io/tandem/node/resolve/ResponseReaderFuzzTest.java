// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.resolve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Messages of name servers that are good, cut, and mangled: reading always ends, with what was written or with a reason.
 * {@code -Dtandem.fuzz.seconds=600} goes on for longer.
 */
@Timeout(700)
class ResponseReaderFuzzTest {
    private static final List<RecordType> TYPES = List.of(RecordType.A, RecordType.AAAA, RecordType.SRV);
    private static final DomainName NAME = Objects.requireNonNull(DomainName.parse("Www.Example.test"));

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Written(byte[] message, List<Answer> answers) {}

    /** A good message: an alias now and then, addresses, names by pointers or in full. */
    private static Written written(Random random, RecordType type) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(NAME.labels());
        out.writeBytes(new byte[] {0, 0, (byte) type.code(), 0, 1});
        List<Answer> answers = new ArrayList<>();
        byte[] owner = {(byte) 0xc0, 12};
        int count = 0;
        if (random.nextInt(3) == 0) {
            byte[] target = {5, 'a', 'l', 'i', 'a', 's', (byte) 0xc0, 16
            }; // behind "3 www": what it points to is example.test
            int at = 12 + out.size() + owner.length + 10;
            record(out, owner, 5, target);
            owner = new byte[] {(byte) (0xc0 | (at >> 8)), (byte) at};
            count++;
        }
        for (int i = random.nextInt(4); i >= 0; i--) {
            if (type == RecordType.SRV) {
                byte[] fields = new byte[6];
                random.nextBytes(fields);
                byte[] target = {4, 'h', 'o', 's', (byte) ('a' + i), 0};
                record(out, owner, 33, join(fields, target));
                answers.add(new Answer.Service(
                        DomainName.ofLabels(Arrays.copyOf(target, 5)),
                        ByteBuffer.wrap(fields).getShort(4) & 0xffff,
                        ByteBuffer.wrap(fields).getShort(2) & 0xffff,
                        null));
            } else {
                byte[] address = new byte[type == RecordType.A ? 4 : 16];
                random.nextBytes(address);
                record(out, owner, type.code(), address);
                answers.add(new Answer.Address(InetAddress.getByAddress(address)));
            }
            count++;
        }
        ByteBuffer message = ByteBuffer.allocate(12 + out.size());
        message.putShort((short) random.nextInt()).putShort((short) 0x8180);
        message.putShort((short) 1).putShort((short) count).putShort((short) 0).putShort((short) 0);
        return new Written(message.put(out.toByteArray()).array(), answers);
    }

    private static void record(ByteArrayOutputStream out, byte[] owner, int type, byte[] data) {
        out.writeBytes(owner);
        out.writeBytes(new byte[] {0, (byte) type, 0, 1, 0, 0, 0, 60, 0, (byte) data.length});
        out.writeBytes(data);
    }

    private static byte[] join(byte[] one, byte[] other) {
        return ByteBuffer.allocate(one.length + other.length)
                .put(one)
                .put(other)
                .array();
    }

    @Test
    void whatWasWrittenIsReadAndWhatIsMangledHasAReason() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        long seconds = Long.getLong("tandem.fuzz.seconds", 1);
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        int rounds = 0;
        while (rounds < 500 || System.nanoTime() - end < 0) {
            RecordType type = TYPES.get(random.nextInt(TYPES.size()));
            Written good = written(random, type);
            Response read = ResponseReader.read(good.message, NAME, type);
            assertThat(read).as("seed " + seed).isEqualTo(new Response(Response.Kind.VALID, good.answers));
            byte[] cut = Arrays.copyOf(good.message, random.nextInt(good.message.length));
            assertThat(ResponseReader.read(cut, NAME, type).kind())
                    .as("seed " + seed)
                    .isEqualTo(Response.Kind.INVALID);
            byte[] mangled = good.message.clone();
            for (int i = random.nextInt(6); i >= 0; i--) {
                mangled[random.nextInt(mangled.length)] = (byte) random.nextInt();
            }
            assertThat(ResponseReader.read(mangled, NAME, type))
                    .as("seed " + seed)
                    .isNotNull();
            rounds++;
        }
    }

    @Test
    void pointersThatLeadForwardsOrToThemselvesAreRefused() {
        for (int target : new int[] {12, 30, 34, 36, 40, 4000, 0}) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.writeBytes(new byte[] {0, 1, (byte) 0x81, (byte) 0x80, 0, 1, 0, 1, 0, 0, 0, 0});
            out.writeBytes(NAME.labels());
            out.writeBytes(new byte[] {0, 0, 1, 0, 1});
            int here = out.size();
            record(out, new byte[] {(byte) (0xc0 | (target >> 8)), (byte) target}, 1, new byte[] {1, 2, 3, 4});
            Response.Kind kind =
                    ResponseReader.read(out.toByteArray(), NAME, RecordType.A).kind();
            assertThat(kind == Response.Kind.VALID)
                    .as("a pointer to " + target + " at " + here)
                    .isEqualTo(target == 12);
        }
    }

    @Test
    void aNameLongerThanNamesAreIsRefused() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {0, 1, (byte) 0x81, (byte) 0x80, 0, 1, 0, 1, 0, 0, 0, 0});
        for (int i = 0; i < 5; i++) {
            out.write(60);
            out.writeBytes(new byte[60]);
        }
        out.writeBytes(new byte[] {0, 0, 1, 0, 1});
        assertThat(ResponseReader.read(out.toByteArray(), NAME, RecordType.A).kind())
                .isEqualTo(Response.Kind.INVALID);
    }
}
