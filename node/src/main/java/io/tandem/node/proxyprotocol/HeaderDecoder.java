// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.proxyprotocol;

/** Reads the header that stands in front of a connection's bytes. Pure and stateless: asked again when more bytes came. */
public interface HeaderDecoder {
    /** What the bytes so far amount to. */
    enum Outcome {
        /** The header may go on: ask again with more. */
        MORE,
        /** It is complete; {@link Announcement#length} says where it ends. */
        DONE,
        /** It does not begin as one. */
        FOREIGN,
        /** It is longer than a buffer. */
        TOO_LONG,
        /** It contradicts the protocol. */
        INVALID,
        /** It speaks of a network protocol that nobody knows. */
        UNHANDLED
    }

    /**
     * Reads the header from {@code bytes}, which may go on beyond it.
     *
     * @param length how many bytes there are
     * @param most how long a header may be
     * @param into what it said; only meaningful with {@link Outcome#DONE}
     */
    Outcome decode(byte[] bytes, int length, int most, Announcement into);

    /** What HAProxy writes to the log about a header that is {@code outcome}. */
    String words(Outcome outcome);

    /** How HAProxy calls the header in its messages. */
    String name();

    /** What HAProxy writes to the log about a header that did not come in time. */
    String timeoutWords();
}
