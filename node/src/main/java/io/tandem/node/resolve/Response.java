// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.resolve;

import java.util.List;

/**
 * What a name server has said to one question.
 *
 * @param kind what it is worth
 * @param answers what it says, where it is {@link Kind#VALID}; there may be nothing of use
 */
record Response(Kind kind, List<Answer> answers) {
    /** What a response is worth; each kind has its counter. */
    enum Kind {
        VALID(Status.VALID),
        /** It cannot be read, or is about something else. */
        INVALID(Status.OTHER),
        /** No error, and no record. */
        EMPTY(Status.OTHER),
        TRUNCATED(Status.OTHER),
        NX(Status.NX),
        REFUSED(Status.REFUSED),
        OTHER_ERROR(Status.OTHER),
        /** Aliases that lead to nothing. */
        CNAME_ERROR(Status.OTHER);

        private final Status status;

        Kind(Status status) {
            this.status = status;
        }

        Status status() {
            return status;
        }
    }

    Response(Kind kind) {
        this(kind, List.of());
    }

    Response {
        answers = List.copyOf(answers);
    }
}
