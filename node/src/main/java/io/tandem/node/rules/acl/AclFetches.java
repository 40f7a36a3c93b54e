// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.acl;

import io.tandem.node.language.Keyword;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.sample.Args;
import io.tandem.node.rules.sample.Fetch;
import io.tandem.node.rules.sample.FetchKind;
import io.tandem.node.rules.sample.Need;
import io.tandem.node.rules.sample.Parameter;
import io.tandem.node.rules.sample.Sample;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.SampleType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code acl(name,…)} of HAProxy 3.0: what named ACLs say, as a value. */
public final class AclFetches {
    private static final int MOST = 12;
    /** ACLs that ask each other in a circle do not hold. */
    private static final int DEEPEST = 16;

    public static final List<Keyword<FetchKind>> ALL = List.of(FetchKind.fetch("acl")
            .args(parameters())
            .returns(SampleType.BOOLEAN)
            .of(Need.NOTHING)
            .doc("whether all of these ACLs hold; one behind an exclamation mark must not")
            .as(AclFetches::make));

    private AclFetches() {}

    private static Parameter[] parameters() {
        Parameter[] all = new Parameter[MOST];
        all[0] = Parameter.string("name");
        for (int i = 1; i < MOST; i++) {
            all[i] = Parameter.optionalString("name");
        }
        return all;
    }

    private static Fetch make(Args args) {
        Acls.Lines lines = args.site().proxy().facet(Acls.KEY);
        List<Wanted> wanted = new ArrayList<>();
        for (String word : args.from(0)) {
            boolean negated = word.startsWith("!");
            String name = negated ? word.substring(1) : word;
            if (!lines.has(name)) {
                throw new SampleError("no such ACL : '" + name + "'");
            }
            wanted.add(new Wanted(name, negated));
        }
        return new Named(lines, List.copyOf(wanted));
    }

    private record Wanted(String name, boolean negated) {}

    /** ACLs of a proxy, which may be read only after this. */
    private static final class Named implements Fetch {
        private final Acls.Lines lines;
        private final List<Wanted> wanted;
        private AclExpression @Nullable [][] found; // written by whichever loop asks first, always the same

        Named(Acls.Lines lines, List<Wanted> wanted) {
            this.lines = lines;
            this.wanted = wanted;
        }

        @Override
        public boolean fetch(Facts facts, Sample out) {
            AclExpression[][] all = expressions();
            boolean holds = facts.aclDepth < DEEPEST;
            facts.aclDepth++;
            for (int i = 0; i < all.length && holds; i++) {
                holds = Acl.anyMatches(all[i], facts) != wanted.get(i).negated();
            }
            facts.aclDepth--;
            out.set(holds);
            return true;
        }

        private AclExpression[][] expressions() {
            AclExpression[][] present = found;
            if (present == null) {
                present = wanted.stream().map(one -> lines.resolved(one.name())).toArray(AclExpression[][]::new);
                found = present;
            }
            return present;
        }
    }
}
