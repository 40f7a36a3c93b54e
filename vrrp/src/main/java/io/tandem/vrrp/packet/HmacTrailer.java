// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.packet;

import io.tandem.config.model.AdvertHmac;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The signature behind an advertisement ({@code auth_hmac} of newer keepalived), made and checked with one set of keys.
 *
 * <pre>
 *   0        1        2        3
 *  | type 1 | key id | 0      | 0      |
 *  | seconds since 1970 (UTC)          |
 *  | 1/65536 s       | counter         |
 *  | 16 bytes of HMAC-SHA256           |
 *
 *  signed: IP version | VRRP version | VRID | 0 | source address in 16 bytes | the message without its checksum
 *          | the first 12 bytes above | 16 zero bytes
 * </pre>
 *
 * <p>Seconds, fraction and counter are one number, the sequence, which never falls. Allocates nothing after construction.
 * Owned by the thread of its virtual router.
 */
final class HmacTrailer {
    static final int BYTES = 28;

    private static final int TYPE = 1;
    private static final int HEADER_BYTES = 12;
    private static final int TAG_BYTES = 16;
    private static final int PSEUDO_BYTES = 20;
    private static final int ADDRESS_AT = 4;
    private static final int CHECKSUM_AT = 6;

    private final @Nullable Hmac[] byId = new @Nullable Hmac[256];
    private final int activeKey;
    private final byte[] work;

    /** @param longest message to sign, in bytes */
    HmacTrailer(AdvertHmac config, int longest) {
        for (AdvertHmac.Key key : config.keys()) {
            byId[key.id()] = new Hmac(key.secret().getBytes(StandardCharsets.ISO_8859_1));
        }
        activeKey = config.activeKey();
        work = new byte[PSEUDO_BYTES + longest + BYTES];
    }

    /**
     * Writes the signature behind the message.
     *
     * @param bytes room for message and trailer
     * @param length of the message
     */
    void sign(byte[] bytes, int length, byte[] source, long sequence) {
        bytes[length] = TYPE;
        bytes[length + 1] = (byte) activeKey;
        bytes[length + 2] = 0;
        bytes[length + 3] = 0;
        for (int i = 0; i < 8; i++) {
            bytes[length + 4 + i] = (byte) (sequence >>> 56 - 8 * i);
        }
        Hmac hmac = byId[activeKey];
        if (hmac == null) {
            throw new IllegalStateException("no key " + activeKey);
        }
        System.arraycopy(tag(hmac, bytes, 0, length, source), 0, bytes, length + HEADER_BYTES, TAG_BYTES);
    }

    /**
     * Judges the signature behind a message, but not how old it is.
     *
     * @param offset of the message, which is {@code length} bytes long and has a trailer behind it
     * @return null where it is good
     */
    @Nullable DropReason check(byte[] bytes, int offset, int length, byte[] source) {
        int trailer = offset + length;
        if (bytes[trailer] != TYPE) {
            return DropReason.HMAC_MISSING;
        }
        Hmac hmac = byId[bytes[trailer + 1] & 0xff];
        if (hmac == null) {
            return DropReason.HMAC_KEY;
        }
        byte[] tag = tag(hmac, bytes, offset, length, source);
        return Hmac.matches(tag, bytes, trailer + HEADER_BYTES, TAG_BYTES) ? null : DropReason.HMAC_TAG;
    }

    /** The sequence in the trailer at an offset. */
    static long sequence(byte[] bytes, int trailer) {
        long sequence = 0;
        for (int i = 0; i < 8; i++) {
            sequence = sequence << 8 | (bytes[trailer + 4 + i] & 0xff);
        }
        return sequence;
    }

    private byte[] tag(Hmac hmac, byte[] bytes, int offset, int length, byte[] source) {
        work[0] = (byte) (source.length == 4 ? 4 : 6);
        work[1] = (byte) ((bytes[offset] & 0xff) >>> 4);
        work[2] = bytes[offset + 1];
        work[3] = 0;
        for (int i = 0; i < 16; i++) {
            work[ADDRESS_AT + i] = i < source.length ? source[i] : 0;
        }
        System.arraycopy(bytes, offset, work, PSEUDO_BYTES, length + HEADER_BYTES);
        work[PSEUDO_BYTES + CHECKSUM_AT] = 0;
        work[PSEUDO_BYTES + CHECKSUM_AT + 1] = 0;
        int end = PSEUDO_BYTES + length + HEADER_BYTES;
        for (int i = 0; i < TAG_BYTES; i++) {
            work[end + i] = 0;
        }
        return hmac.of(work, 0, end + TAG_BYTES);
    }
}
