// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

/**
 * Finds its way through a client's first message (RFC 8446 4.1.2) without copying. Pure; takes whatever a client sends, also
 * the beginning of a message.
 *
 * <pre>
 * hello       version(2) random(32) session id(1+n) ciphers(2+n) compression(1+n) extensions(2+n)
 * extension   type(2) length(2) content
 * </pre>
 */
public final class HelloFields {
    private final byte[] bytes;
    private final int start;
    private final int limit;
    private int ciphersStart;
    private int ciphersEnd;
    private int extensionsStart;
    private int extensionsEnd;
    private boolean hasExtensions;
    private int type;
    private int contentStart;
    private int contentEnd;

    /**
     * @param start where the message's version is
     * @param limit where the bytes of the message end that are there
     */
    public HelloFields(byte[] bytes, int start, int limit) {
        this.bytes = bytes;
        this.start = start;
        this.limit = limit;
        ciphersStart = limit;
        ciphersEnd = limit;
        extensionsStart = limit;
        extensionsEnd = limit;
        locate();
    }

    private void locate() {
        int at = start + 2 + 32;
        if (at >= limit) {
            return;
        }
        at += 1 + u8(at);
        if (at + 2 > limit) {
            return;
        }
        int length = u16(at);
        ciphersStart = at + 2;
        ciphersEnd = Math.min(ciphersStart + length, limit);
        at = ciphersStart + length;
        if (at >= limit) {
            return;
        }
        at += 1 + u8(at);
        if (at + 2 > limit) {
            return;
        }
        hasExtensions = true;
        extensionsStart = at + 2;
        extensionsEnd = Math.min(extensionsStart + u16(at), limit);
        contentEnd = extensionsStart;
    }

    private int u8(int at) {
        return bytes[at] & 0xFF;
    }

    private int u16(int at) {
        return u8(at) << 8 | u8(at + 1);
    }

    /** The version it names, {@code 0x0303} from TLS 1.2 on; 0 where it is too short to. */
    public int version() {
        return start + 2 <= limit ? u16(start) : 0;
    }

    public int ciphersStart() {
        return ciphersStart;
    }

    public int ciphersEnd() {
        return ciphersEnd;
    }

    /** Whether the message goes on to extensions, be it without any. */
    public boolean hasExtensions() {
        return hasExtensions;
    }

    /** Goes back to the first extension. */
    public void rewind() {
        contentEnd = extensionsStart;
    }

    /** Steps to the next extension whose head is there; its content may be cut off. */
    public boolean next() {
        if (contentEnd + 4 > extensionsEnd || !hasExtensions) {
            return false;
        }
        type = u16(contentEnd);
        contentStart = contentEnd + 4;
        contentEnd = contentStart + u16(contentEnd + 2);
        return true;
    }

    /** Steps to the first extension of type {@code wanted}. */
    public boolean find(int wanted) {
        rewind();
        while (next()) {
            if (type == wanted) {
                return true;
            }
        }
        return false;
    }

    public int type() {
        return type;
    }

    public int contentStart() {
        return contentStart;
    }

    /** Where the extension's content that is there ends. */
    public int contentEnd() {
        return Math.min(contentEnd, extensionsEnd);
    }

    /** Whether all of the extension's content is there. */
    public boolean isWhole() {
        return contentEnd <= extensionsEnd;
    }
}
