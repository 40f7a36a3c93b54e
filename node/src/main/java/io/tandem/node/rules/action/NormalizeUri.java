// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import io.tandem.node.frontend.http.ErrorPages;
import io.tandem.node.frontend.http.Request;
import io.tandem.node.rules.Action;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Termination;
import io.tandem.node.rules.Verdict;
import io.tandem.node.rules.sample.Output;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.Text;
import org.jspecify.annotations.Nullable;

/**
 * {@code normalize-uri}. HAProxy 2.6 merges slashes instead where a condition stands behind a normalizer that has an option
 * and is written without; here it does what it says.
 */
record NormalizeUri(Normalizer normalizer, boolean special) implements Action {
    static Action parse(ActionLine line) {
        if (!line.words().hasNext()) {
            throw new SampleError("missing argument <normalizer>");
        }
        String word = line.words().next();
        Normalizer normalizer = Normalizer.find(word);
        if (normalizer == null) {
            throw new SampleError("unknown normalizer '" + word + "'");
        }
        boolean special = false;
        if (!normalizer.option().isEmpty() && line.hasArgument()) {
            String option = line.words().next();
            if (!option.equals(normalizer.option())) {
                throw new SampleError("unknown argument '" + option + "' for '" + word + "' normalizer");
            }
            special = true;
        }
        return new NormalizeUri(normalizer, special);
    }

    @Override
    public Verdict perform(Facts facts) {
        Request request = facts.request;
        byte[] bytes = request.bytes();
        int path = RequestLineActions.pathStart(request);
        int query = RequestLineActions.queryStart(request);
        if (path == request.uriEnd() || bytes[path] != '/') {
            return Verdict.CONTINUE; // such as "*"
        }
        int start = normalizer.part() == Normalizer.Part.QUERY ? Math.min(query + 1, request.uriEnd()) : path;
        int end = normalizer.part() == Normalizer.Part.PATH ? query : request.uriEnd();
        String before = Text.string(bytes, start, end);
        @Nullable String after = normalizer.apply(before, special);
        if (after == null) {
            return invalid(facts);
        }
        if (after.equals(before)) {
            return Verdict.CONTINUE;
        }
        Output out = facts.scratch.output;
        out.clear();
        out.append(bytes, request.uriStart(), start);
        out.append(after);
        out.append(bytes, end, request.uriEnd());
        return Edits.target(facts, out);
    }

    private static Verdict invalid(Facts facts) {
        facts.reply = ErrorPages.of(facts, 400);
        facts.terminated(Termination.PROXY, Termination.IN_REQUEST);
        return Verdict.REPLY;
    }
}
