// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.http.h2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Header compression read the slow way (RFC 7541): a list for the table, a text of ones and zeros for Huffman's code. Both static
 * tables are asked from Netty, so that nothing is shared with {@link HpackDecoder}. One direction of one connection.
 */
final class SlowHpack {
    private static final int SMALLEST_TABLE = 4096;
    /** Bytes of an integer behind its first one: more is refused (section 5.1 lets a decoder do so). */
    private static final int LONGEST_INTEGER = 4;

    private static final Map<String, Character> CODES = codes();
    private static final List<String[]> STATIC = staticTable();

    private final int largest;
    private final int room;
    private final List<String[]> table = new ArrayList<>();
    private int most;

    private String block = "";
    private int at;
    private boolean bad;
    private boolean lastWasCompressed;

    /** @param room how long a decoded text may be, that of the scratch array */
    SlowHpack(int tableSize, int room) {
        largest = Math.max(tableSize, SMALLEST_TABLE);
        most = largest;
        this.room = room;
    }

    /** Another one that has seen the same. */
    SlowHpack copy() {
        SlowHpack other = new SlowHpack(largest, room);
        other.most = most;
        other.table.addAll(table);
        return other;
    }

    /** What a block says: its fields as far as it can be read, and whether that is all of it. */
    record Reading(List<String> fields, boolean good) {}

    Reading read(byte[] bytes) {
        block = new String(bytes, StandardCharsets.ISO_8859_1);
        at = 0;
        bad = false;
        List<String> fields = new ArrayList<>();
        boolean begun = false;
        while (at < block.length() && !bad) {
            String bits = bits(block.charAt(at), 8);
            if (bits.startsWith("1")) {
                entry(integer(7)).ifPresentOrElse(e -> fields.add(e[0] + "=" + e[1]), this::refuse);
            } else if (bits.startsWith("001")) {
                resize(begun, integer(5));
                continue;
            } else {
                boolean kept = bits.startsWith("01");
                field(kept ? 6 : 4)
                        .ifPresentOrElse(
                                e -> {
                                    fields.add(e[0] + "=" + e[1]);
                                    if (kept) {
                                        table.add(0, e);
                                        shrink();
                                    }
                                },
                                this::refuse);
            }
            begun = true;
        }
        return new Reading(fields, !bad);
    }

    private void refuse() {
        bad = true;
    }

    /** Bytes of the table by the RFC's count. */
    int tableSize() {
        return table.stream().mapToInt(e -> e[0].length() + e[1].length() + 32).sum();
    }

    private void shrink() {
        while (tableSize() > most) {
            table.remove(table.size() - 1);
        }
    }

    private void resize(boolean begun, long size) {
        if (begun || size > largest) {
            bad = true;
        }
        if (!bad) {
            most = (int) size;
            shrink();
        }
    }

    private Optional<String[]> field(int prefix) {
        long index = integer(prefix);
        Optional<String> name = index == 0 ? string(0) : entry(index).map(e -> e[0]);
        if (bad || name.isEmpty() || name.get().isEmpty()) {
            return Optional.empty();
        }
        boolean compressed = index == 0 && lastWasCompressed;
        return string(compressed ? name.get().length() : 0).map(value -> new String[] {name.get(), value});
    }

    private Optional<String[]> entry(long index) {
        if (bad || index == 0 || index > STATIC.size() + table.size()) {
            return Optional.empty();
        }
        int i = (int) index - 1;
        return Optional.of(i < STATIC.size() ? STATIC.get(i) : table.get(i - STATIC.size()));
    }

    private long integer(int prefix) {
        if (at >= block.length()) {
            bad = true;
            return 0;
        }
        int mask = (1 << prefix) - 1;
        long value = block.charAt(at++) & mask;
        if (value < mask) {
            return value;
        }
        for (int i = 0; i < LONGEST_INTEGER && at < block.length(); i++) {
            char next = block.charAt(at++);
            value += (long) (next & 0x7f) << 7 * i;
            if (next < 0x80) {
                return value;
            }
        }
        bad = true;
        return 0;
    }

    private Optional<String> string(int used) {
        lastWasCompressed = at < block.length() && block.charAt(at) >= 0x80;
        long length = integer(7);
        if (bad || length > block.length() - at) {
            return Optional.empty();
        }
        String text = block.substring(at, at + (int) length);
        at += (int) length;
        return lastWasCompressed ? decompressed(text).filter(t -> used + t.length() <= room) : Optional.of(text);
    }

    // ---- Huffman's code

    private static Optional<String> decompressed(String text) {
        StringBuilder bits = new StringBuilder();
        text.chars().forEach(c -> bits.append(bits(c, 8)));
        StringBuilder out = new StringBuilder();
        int from = 0;
        for (int to = 1; to <= bits.length(); to++) {
            Character symbol = CODES.get(bits.substring(from, to));
            if (symbol != null) {
                out.append(symbol.charValue());
                from = to;
            }
        }
        return bits.substring(from).matches("1{0,7}") ? Optional.of(out.toString()) : Optional.empty();
    }

    /** What a text is in Huffman's code, with the padding. */
    static String compressed(String text) {
        Map<Character, String> byByte = new HashMap<>();
        CODES.forEach((code, symbol) -> byByte.put(symbol, code));
        StringBuilder bits = new StringBuilder();
        text.chars().forEach(c -> bits.append(byByte.get((char) c)));
        while (bits.length() % 8 != 0) {
            bits.append('1');
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < bits.length(); i += 8) {
            out.append((char) Integer.parseInt(bits.substring(i, i + 8), 2));
        }
        return out.toString();
    }

    private static String bits(int number, int count) {
        String bits = Integer.toBinaryString(number);
        return "0".repeat(count - bits.length()) + bits;
    }

    /** Netty compresses only what becomes shorter: forty times {@code e}, 00101, behind the byte whose code is looked for. */
    private static Map<String, Character> codes() {
        Map<String, Character> codes = new HashMap<>();
        Pattern behind = Pattern.compile("([01]+?)(?:00101){40}1{0,7}");
        DefaultHttp2HeadersEncoder encoder =
                new DefaultHttp2HeadersEncoder(Http2HeadersEncoder.NEVER_SENSITIVE, false, 16, 0);
        for (char c = 0; c < 256; c++) {
            String text = c + "e".repeat(40);
            ByteBuf out = Unpooled.buffer();
            try {
                encoder.encodeHeaders(
                        1,
                        new DefaultHttp2Headers(false)
                                .add("age", new AsciiString(text.getBytes(StandardCharsets.ISO_8859_1), true)),
                        out);
            } catch (Http2Exception e) {
                throw new IllegalStateException(e);
            }
            byte[] bytes = ByteBufUtil.getBytes(out); // index of the name, length, text
            StringBuilder bits = new StringBuilder();
            for (int i = 2; i < bytes.length; i++) {
                bits.append(bits(bytes[i] & 0xff, 8));
            }
            Matcher matcher = behind.matcher(bits);
            if (!matcher.matches()) {
                throw new IllegalStateException("byte " + (int) c + ": " + bits);
            }
            codes.put(matcher.group(1), c);
        }
        return codes;
    }

    private static List<String[]> staticTable() {
        List<String[]> entries = new ArrayList<>();
        for (int index = 1; index <= 61; index++) {
            try {
                DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);
                decoder.decodeHeaders(1, Unpooled.wrappedBuffer(new byte[] {(byte) (0x80 | index)}))
                        .forEach(e -> entries.add(new String[] {
                            e.getKey().toString(), e.getValue().toString()
                        }));
            } catch (Http2Exception e) {
                throw new IllegalStateException(e);
            }
        }
        return entries;
    }
}
