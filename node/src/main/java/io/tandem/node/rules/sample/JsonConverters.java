// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import static io.tandem.node.rules.sample.ConverterKind.converter;
import static io.tandem.node.rules.sample.Parameter.optionalString;
import static io.tandem.node.rules.sample.Parameter.string;

import io.tandem.node.language.Keyword;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Converters on JSON texts and JSON Web Tokens (HAProxy manual 7.3.1; RFC 8259, RFC 7515, RFC 7519). */
final class JsonConverters {
    static final List<Keyword<ConverterKind>> ALL = List.of(
            converter("json_query")
                    .args(string("json_path"), optionalString("output_type"))
                    .returns(SampleType.ANY)
                    .doc("the value at a path of the JSON text: a string, a boolean, with 'int' an integer")
                    .as(args -> {
                        if (!args.has(0)) {
                            throw new SampleError("json_path must not be empty");
                        }
                        return JsonQuery.of(args)::convert;
                    }),
            converter("jwt_header_query")
                    .args(optionalString("json_path"), optionalString("output_type"))
                    .accepts(SampleType.BINARY)
                    .returns(SampleType.ANY)
                    .doc("the header of a JSON Web Token, or the value at a path of it")
                    .as(args -> part(args, 0)),
            converter("jwt_payload_query")
                    .args(optionalString("json_path"), optionalString("output_type"))
                    .accepts(SampleType.BINARY)
                    .returns(SampleType.ANY)
                    .doc("the payload of a JSON Web Token, or the value at a path of it")
                    .as(args -> part(args, 1)),
            converter("jwt_decrypt_secret")
                    .args(string("secret"))
                    .accepts(SampleType.BINARY)
                    .returns(SampleType.BINARY)
                    .doc(
                            "what a JSON Web Encryption says, by a shared key in base64; empty where it is another's (HAProxy 3.3)")
                    .as(args -> decrypted(args, JsonWebEncryption::secret)),
            converter("jwt_decrypt_jwk")
                    .args(string("jwk"))
                    .accepts(SampleType.BINARY)
                    .returns(SampleType.BINARY)
                    .doc("the same by a JSON Web Key, a shared one (oct) or a private one of RSA (HAProxy 3.4)")
                    .as(args -> decrypted(args, JsonWebEncryption::jwk)),
            converter("jwt_verify")
                    .args(string("alg"), string("key"))
                    .accepts(SampleType.BINARY)
                    .returns(SampleType.INTEGER)
                    .doc("1 where the signature of a JSON Web Token is right, 0 where it is wrong, negative otherwise")
                    .as(args -> JwtVerification.of(args)::convert));

    private JsonConverters() {}

    private static Converter decrypted(Args args, Function<byte[], JsonWebEncryption.@Nullable Keys> reader) {
        TextOrVariable key = TextOrVariable.of(args.string(0));
        JsonWebEncryption.Keys constant = key.isText() ? reader.apply(Text.bytes(args.string(0))) : null;
        if (key.isText() && constant == null) {
            throw new SampleError("the argument is neither a key nor a variable");
        }
        return (facts, in) -> {
            JsonWebEncryption.Keys keys = constant;
            Sample other = facts.scratch.other;
            if (keys == null && key.value(facts, other)) {
                keys = reader.apply(Arrays.copyOfRange(other.bytes, other.start, other.end));
            }
            byte[] content = keys == null
                    ? new byte[0]
                    : JsonWebEncryption.content(
                            new String(in.bytes, in.start, in.length(), StandardCharsets.ISO_8859_1), keys);
            if (facts.scratch.room() < content.length) {
                return false;
            }
            int at = facts.scratch.claim(content.length);
            System.arraycopy(content, 0, facts.scratch.bytes(), at, content.length);
            in.set(SampleType.BINARY, facts.scratch.bytes(), at, at + content.length);
            return true;
        };
    }

    /** HAProxy 2.6 yields nothing where no path is given; this yields the decoded part, as its manual promises. */
    private static Converter part(Args args, int index) {
        JsonQuery query = JsonQuery.of(args);
        boolean whole = !args.has(0) && args.count() < 2;
        return (facts, in) -> {
            if (!choose(in, index) || !Base64Text.decodeForUrl(facts.scratch, in)) {
                return false;
            }
            in.type = SampleType.STRING;
            return whole || query.convert(facts, in);
        };
    }

    /** Leaves the part of that number, from 0, of three parts between dots. */
    private static boolean choose(Sample token, int index) {
        int start = token.start;
        for (int i = 0; i < index; i++) {
            start = JwtVerification.partEnd(token.bytes, start, token.end) + 1;
        }
        if (start > token.end) {
            return false;
        }
        token.set(SampleType.STRING, token.bytes, start, JwtVerification.partEnd(token.bytes, start, token.end));
        return true;
    }
}
