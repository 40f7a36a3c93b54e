// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.tandem.node.backend.CheckReport.Status;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleType;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * {@code tcp-check expect} and {@code http-check expect}: what the server has to answer, or must not.
 *
 * @param bytes what is looked for in the answer, or in its body; null where {@code head} says it
 * @param head what is looked for in the head of an HTTP answer; null where {@code bytes} says it
 * @param inverted {@code !}: finding it is the failure
 * @param minReceived that many bytes have to be here before anything is said, and then it is the last word; -1 for no number
 * @param ok the result where this is the last step, or null
 * @param error the result where it fails, or null
 * @param timeout the result where nothing comes, or null
 * @param onSuccess what is told where this is the last step, or null
 * @param onError what is told where it fails, or null
 * @param statusCode the code that is told, or null
 */
record ExpectStep(
        @Nullable BytesMatch bytes,
        @Nullable HeadMatch head,
        boolean inverted,
        int minReceived,
        @Nullable Status ok,
        @Nullable Status error,
        @Nullable Status timeout,
        @Nullable Words onSuccess,
        @Nullable Words onError,
        @Nullable Code statusCode,
        String comment)
        implements Step {
    /** {@code http-check expect status 200-399}, which nobody has to write. */
    static final ExpectStep GOOD_STATUS = new ExpectStep(
            null,
            HeadMatch.status(List.of(new HeadMatch.Range(200, 399))),
            false,
            -1,
            null,
            null,
            null,
            null,
            null,
            null,
            "");

    /** A text that may depend on the answer. */
    @FunctionalInterface
    interface Words {
        byte[] of(Facts facts);
    }

    /** A number that may depend on the answer. */
    @FunctionalInterface
    interface Code {
        OptionalInt of(Facts facts);
    }

    /** The number that an expression yields. */
    static Code code(Expression expression) {
        return facts -> {
            facts.scratch.reset();
            Sample value = facts.scratch.value;
            return expression.evaluateAs(SampleType.INTEGER, facts, value)
                    ? OptionalInt.of((int) value.number)
                    : OptionalInt.empty();
        };
    }

    /** Bytes that have to be here before the step says anything. */
    int least() {
        int least = Math.max(0, minReceived);
        return bytes == null ? least : Math.max(least, bytes.least());
    }

    Status timeoutStatus() {
        return timeout == null ? Status.L7TOUT : timeout;
    }

    Status okStatus() {
        return ok == null ? Status.L7OK : ok;
    }

    /** Of a head that is wrong it is the status that is told, of anything else that it is no answer. */
    Status errorStatus() {
        if (error != null) {
            return error;
        }
        return head != null ? Status.L7STS : Status.L7RSP;
    }

    static ExpectStep read(RuleWords words) {
        return new ExpectReader(words).read();
    }
}
