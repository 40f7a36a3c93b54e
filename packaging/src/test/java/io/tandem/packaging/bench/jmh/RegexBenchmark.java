// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench.jmh;

import io.tandem.node.rules.regex.CompiledRegex;
import io.tandem.node.rules.regex.Matching;
import io.tandem.node.rules.regex.RegexSyntaxException;
import io.tandem.node.rules.regex.Regexes;
import io.tandem.node.rules.sample.Text;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** A regular expression on bytes of the heap; {@code packaging/bench/pcre2} asks the library itself the same. */
@SuppressWarnings("NullAway.Init") // by JMH, and by compile
public class RegexBenchmark extends NanosecondsBenchmark {
    @Param({"^/api/v[0-9]+/users/[0-9]+$", "\\.(jpe?g|png|gif|css|js)$", "(curl|wget|python|bot|spider)", "^/static/"})
    public String expression;

    @Param({
        "/api/v2/users/1234567",
        "/assets/images/2026/11/header-background-large.jpeg",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0"
    })
    public String subject;

    private final Matching matching = new Matching();
    private CompiledRegex regex;
    private byte[] bytes;

    /** As an ACL does: nobody asks for groups. */
    @Setup
    public void compile() throws RegexSyntaxException {
        regex = Regexes.compile(expression, false, false);
        bytes = Text.bytes(subject);
    }

    /** One match, or none. */
    @Benchmark
    public boolean find() {
        matching.over(bytes, 0, bytes.length);
        return regex.find(matching);
    }
}
