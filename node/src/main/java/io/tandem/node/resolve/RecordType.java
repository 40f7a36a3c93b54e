// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.resolve;

/** The kinds of records that are asked for, with their numbers (RFC 1035, 3596, 2782). */
enum RecordType {
    A(1),
    AAAA(28),
    SRV(33);

    /** An alias on the way to what was asked for. */
    static final int CNAME = 5;

    private final int code;

    RecordType(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    /** The family to ask for where there is nothing in this one; services have no other. */
    RecordType other() {
        return switch (this) {
            case A -> AAAA;
            case AAAA -> A;
            case SRV -> SRV;
        };
    }
}
