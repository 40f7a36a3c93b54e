// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.FetchKind.fetch;
import static io.tandem.node.rules.sample.Parameter.optionalString;

import io.tandem.node.frontend.http.Framing;
import io.tandem.node.language.Keyword;
import io.tandem.node.rules.BodyBytes;
import io.tandem.node.rules.Facts;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fetches on the body (HAProxy manual 7.3.6): on as much of it as is here. {@code option http-buffer-request} and {@code
 * wait-for-body} wait for more.
 */
final class BodyFetches {
    static final List<Keyword<FetchKind>> ALL = List.of(
            fetch("req.body")
                    .returns(SampleType.BINARY)
                    .of(Need.REQUEST_HEAD)
                    .doc("what is here of the request's body")
                    .as(args -> body(args, false)),
            fetch("req.body_len")
                    .returns(SampleType.INTEGER)
                    .of(Need.REQUEST_HEAD)
                    .doc("how many bytes of the request's body are here")
                    .as(args -> length(args, false)),
            fetch("req.body_size")
                    .returns(SampleType.INTEGER)
                    .of(Need.REQUEST_HEAD)
                    .doc("the announced length of the request's body, or how much of it is here")
                    .as(args -> size(args, false)),
            fetch("req.body_param")
                    .args(optionalString("name"))
                    .returns(SampleType.BINARY)
                    .of(Need.REQUEST_HEAD)
                    .doc("a parameter of a form in the request's body")
                    .as(BodyParameter::new),
            fetch("res.body")
                    .returns(SampleType.BINARY)
                    .of(Need.RESPONSE_HEAD)
                    .doc("what is here of the response's body")
                    .as(args -> body(args, true)),
            fetch("res.body_len")
                    .returns(SampleType.INTEGER)
                    .of(Need.RESPONSE_HEAD)
                    .doc("how many bytes of the response's body are here")
                    .as(args -> length(args, true)),
            fetch("res.body_size")
                    .returns(SampleType.INTEGER)
                    .of(Need.RESPONSE_HEAD)
                    .doc("the announced length of the response's body, or how much of it is here")
                    .as(args -> size(args, true)));

    private BodyFetches() {}

    private static int here(@Nullable BodyBytes body) {
        return body == null ? 0 : body.length();
    }

    private static @Nullable BodyBytes bytes(Facts facts, boolean response) {
        return response ? facts.responseBody : facts.requestBody;
    }

    private static Fetch body(Args args, boolean response) {
        BodyUse.note(args.site(), response);
        return (facts, out) -> copy(facts, response, out);
    }

    /** Once for each rule: scratch bytes are valid until the next one. */
    private static boolean copy(Facts facts, boolean response, Sample out) {
        Scratch scratch = facts.scratch;
        BodyBytes body = bytes(facts, response);
        int length = here(body);
        int at = scratch.bodyAt();
        if (at < 0) {
            length = Math.min(length, scratch.room());
            at = scratch.claimBody(length);
            if (body != null) {
                body.copy(scratch.bytes(), at, length);
            }
        }
        out.set(SampleType.BINARY, scratch.bytes(), at, at + scratch.bodyLength());
        return true;
    }

    private static Fetch length(Args args, boolean response) {
        BodyUse.note(args.site(), response);
        return (facts, out) -> {
            out.set(here(bytes(facts, response)));
            return true;
        };
    }

    private static Fetch size(Args args, boolean response) {
        BodyUse.note(args.site(), response);
        return (facts, out) -> {
            Framing framing = response ? facts.response.framing() : facts.request.framing();
            long announced = response ? facts.response.contentLength() : facts.request.contentLength();
            out.set(framing == Framing.LENGTH ? announced : here(bytes(facts, response)));
            return true;
        };
    }

    /** {@code name=value} pairs as in a query. */
    private static final class BodyParameter implements Fetch {
        private final byte[] name;

        BodyParameter(Args args) {
            BodyUse.note(args.site(), false);
            name = args.bytes(0);
        }

        @Override
        public boolean fetch(Facts facts, Sample out) {
            copy(facts, false, out);
            out.cursor = out.start;
            return next(facts, out);
        }

        @Override
        public boolean next(Facts facts, Sample out) {
            Scratch scratch = facts.scratch;
            return UrlParameters.next(scratch.bytes(), scratch.bodyAt() + scratch.bodyLength(), name, out);
        }
    }
}
