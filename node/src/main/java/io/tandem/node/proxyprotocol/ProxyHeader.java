// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.proxyprotocol;

import io.tandem.node.frontend.Peer;
import io.tandem.node.frontend.TlsFacts;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.format.Format;
import io.tandem.node.rules.format.UniqueId;
import io.tandem.node.rules.sample.Addresses;
import io.tandem.node.rules.sample.Output;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The PROXY protocol header that a server wants in front of a connection ({@code send-proxy}). Immutable; the same bytes as
 * HAProxy 2.6, TLVs in its order.
 */
public final class ProxyHeader {
    /** What version 2 carries besides addresses ({@code proxy-v2-options}), by its name in the configuration. */
    public enum Option {
        SSL("ssl"),
        COMMON_NAME("cert-cn"),
        CIPHER("ssl-cipher"),
        SIGNATURE("cert-sig"),
        KEY("cert-key"),
        AUTHORITY("authority"),
        CRC32C("crc32c"),
        UNIQUE_ID("unique-id");

        private final String word;

        Option(String word) {
            this.word = word;
        }

        /** The option written as {@code word}, or null. */
        public static @Nullable Option named(String word) {
            for (Option option : values()) {
                if (option.word.equals(word)) {
                    return option;
                }
            }
            return null;
        }
    }

    private static final byte[] UNKNOWN = "PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int LONGEST = 0xffff;
    private static final int LONGEST_ADDRESS = 48;
    private static final int SSL_VERSION = 0x21;
    private static final int SSL_CN = 0x22;
    private static final int SSL_CIPHER = 0x23;
    private static final int SSL_SIG_ALG = 0x24;
    private static final int SSL_KEY_ALG = 0x25;

    private final boolean second;
    private final Set<Option> options;
    private final List<Tlv> more;

    /**
     * Something else that version 2 carries.
     *
     * @param type 0..255
     * @param value evaluated for each exchange
     */
    public record Tlv(int type, Format value) {}

    private ProxyHeader(boolean second, Set<Option> options, List<Tlv> more) {
        this.second = second;
        this.options = options;
        this.more = List.copyOf(more);
    }

    /** Version 1. */
    public static ProxyHeader first() {
        return new ProxyHeader(false, EnumSet.noneOf(Option.class), List.of());
    }

    /** Version 2 with these TLVs, {@code more} behind the others. */
    public static ProxyHeader second(Set<Option> options, List<Tlv> more) {
        Set<Option> copy = EnumSet.noneOf(Option.class);
        copy.addAll(options);
        return new ProxyHeader(true, copy, more);
    }

    /** Whether it says something else for each request. */
    public boolean isOfOneRequest() {
        return options.contains(Option.UNIQUE_ID);
    }

    /** Whether it is of version 2. */
    public boolean isSecond() {
        return second;
    }

    /** A header of version 1 for a connection between these two. */
    public static byte[] firstVersion(Peer source, Peer destination) {
        return firstOf(source, destination);
    }

    /**
     * The header of a connection that this proxy makes for itself, a health check say: version 1 names its ends, version 2
     * says that it is nobody's but ours, with what its options say of no client at all.
     *
     * @param neverLocal {@code pp2-never-send-local}: version 2 names the ends too
     */
    public byte[] ofOurs(Peer source, Peer destination, boolean neverLocal) {
        if (!second) {
            return firstOf(source, destination);
        }
        boolean known = neverLocal && source.length() > 0 && destination.length() > 0;
        Writer out = begun(known, source, destination);
        if (options.contains(Option.CRC32C)) {
            out.checksum();
        }
        if (options.contains(Option.SSL)) {
            out.tlv(ProxyV2.SSL, ssl(null));
        }
        return out.finish();
    }

    /** The header of a connection for a client's exchange. */
    public byte[] of(Facts facts) {
        return second ? secondOf(facts) : firstOf(facts.source, facts.destination);
    }

    private static byte[] firstOf(Peer source, Peer destination) {
        if (source.length() == 0 || destination.length() == 0) {
            return UNKNOWN.clone();
        }
        boolean four = source.length() == 4 && destination.length() == 4;
        return ("PROXY " + (four ? "TCP4 " : "TCP6 ") + text(source, four) + " " + text(destination, four) + " "
                        + source.port() + " " + destination.port() + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** An IPv4 address beside an IPv6 one is written as {@code ::ffff:a.b.c.d}. */
    private static String text(Peer peer, boolean four) {
        return (!four && peer.length() == 4 ? "::ffff:" : "") + text(peer);
    }

    private static String text(Peer peer) {
        byte[] out = new byte[LONGEST_ADDRESS];
        int end = peer.length() == 4
                ? Addresses.writeIpv4(
                        Integer.toUnsignedLong(ByteBuffer.wrap(peer.address()).getInt()), out, 0)
                : Addresses.writeIpv6(peer.address(), 0, out, 0);
        return new String(out, 0, end, StandardCharsets.US_ASCII);
    }

    private byte[] secondOf(Facts facts) {
        Peer source = facts.source;
        Peer destination = facts.destination;
        Writer out = begun(source.length() > 0 && destination.length() > 0, source, destination);
        TlsFacts tls = facts.tls;
        if (tls != null && !tls.alpn().isEmpty()) {
            out.tlv(ProxyV2.ALPN, bytes(tls.alpn()));
        }
        if (options.contains(Option.CRC32C)) {
            out.checksum();
        }
        byte[] authority = options.contains(Option.AUTHORITY) ? authority(facts, tls) : null;
        if (authority != null) {
            out.tlv(ProxyV2.AUTHORITY, authority);
        }
        byte[] id = options.contains(Option.UNIQUE_ID) ? UniqueId.of(facts) : null;
        if (id != null) {
            out.tlv(ProxyV2.UNIQUE_ID, id);
        }
        if (options.contains(Option.SSL)) {
            out.tlv(ProxyV2.SSL, ssl(tls));
        }
        byte[] namespace = facts.announced == null ? null : facts.announced.namespace();
        if (namespace != null) {
            out.tlv(ProxyV2.NETNS, namespace);
        }
        for (Tlv tlv : more) {
            Output value = tlv.value.render(facts);
            if (value.length() > 0 && !value.isCut() && out.hasRoomFor(value.length())) {
                out.tlv(tlv.type, Arrays.copyOf(value.bytes(), value.length()));
            }
        }
        return out.finish();
    }

    /** With both ends' addresses, or none. */
    private static Writer begun(boolean known, Peer source, Peer destination) {
        boolean four = source.length() == 4 && destination.length() == 4;
        if (!known) {
            return new Writer(ProxyV2.LOCAL, ProxyV2.UNSPECIFIED);
        }
        Writer out = new Writer(ProxyV2.PROXY, four ? ProxyV2.TCP4 : ProxyV2.TCP6);
        out.addresses(source, destination, four);
        return out;
    }

    private static byte @Nullable [] authority(Facts facts, @Nullable TlsFacts tls) {
        byte[] announced = facts.announced == null ? null : facts.announced.authority();
        if (announced != null) {
            return announced;
        }
        return tls == null || tls.serverName().isEmpty() ? null : bytes(tls.serverName());
    }

    /** {@code pp2_tlv_ssl}: what the client used, the outcome of verification, and TLVs of its own. */
    private byte[] ssl(@Nullable TlsFacts tls) {
        Writer out = new Writer();
        out.one(TlsIdentity.flags(tls));
        out.four(tls == null ? 0 : tls.findings().result().number());
        if (tls != null) {
            out.tlv(SSL_VERSION, bytes(tls.protocol()));
            out.tlv(SSL_CN, options.contains(Option.COMMON_NAME) ? TlsIdentity.commonName(tls) : null);
            out.tlv(SSL_KEY_ALG, options.contains(Option.KEY) ? TlsIdentity.key(tls) : null);
            out.tlv(SSL_SIG_ALG, options.contains(Option.SIGNATURE) ? TlsIdentity.signature(tls) : null);
            out.tlv(SSL_CIPHER, options.contains(Option.CIPHER) ? bytes(tls.cipher()) : null);
        }
        return out.bytes();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Appends big-endian numbers and TLVs. */
    private static final class Writer {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream(64);
        private int checksumAt = -1;

        Writer() {}

        Writer(int command, int family) {
            out.writeBytes(ProxyV2.SIGNATURE);
            one(ProxyV2.VERSION | command);
            one(family);
            two(0);
        }

        void one(int value) {
            out.write(value);
        }

        void two(int value) {
            out.write(value >>> 8);
            out.write(value);
        }

        void four(int value) {
            two(value >>> 16);
            two(value);
        }

        void addresses(Peer source, Peer destination, boolean four) {
            address(source, four);
            address(destination, four);
            two(source.port());
            two(destination.port());
        }

        /** An IPv4 address beside an IPv6 one is written as {@code ::ffff:a.b.c.d}. */
        private void address(Peer peer, boolean four) {
            if (!four && peer.length() == 4) {
                out.writeBytes(new byte[10]);
                two(0xffff);
            }
            out.write(peer.address(), 0, peer.length());
        }

        void tlv(int type, byte @Nullable [] value) {
            if (value != null) {
                one(type);
                two(value.length);
                out.writeBytes(value);
            }
        }

        /** Whether a TLV of that many bytes still fits into a length of 16 bits. */
        boolean hasRoomFor(int valueBytes) {
            return out.size() - ProxyV2.FIXED + ProxyV2.TLV_HEAD + valueBytes <= LONGEST;
        }

        void checksum() {
            tlv(ProxyV2.CRC32C, new byte[4]);
            checksumAt = out.size() - 4;
        }

        byte[] bytes() {
            return out.toByteArray();
        }

        byte[] finish() {
            byte[] header = out.toByteArray();
            int length = header.length - ProxyV2.FIXED;
            header[14] = (byte) (length >>> 8);
            header[15] = (byte) length;
            if (checksumAt >= 0) {
                int sum = ProxyV2.checksum(header, checksumAt, header.length);
                for (int i = 0; i < 4; i++) {
                    header[checksumAt + i] = (byte) (sum >>> 24 - 8 * i);
                }
            }
            return header;
        }
    }
}
