// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.language.Keyword;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a fetch is declared with.
 *
 * @param parameters its arguments
 * @param returns the type of its value
 * @param need what it looks at
 * @param readsRequest whether it wants a request's head, which in TCP mode has to be read from the bytes that are there
 * @param factory makes it from its arguments
 */
public record FetchKind(
        List<Parameter> parameters, SampleType returns, Need need, boolean readsRequest, Factory factory) {
    public FetchKind {
        parameters = List.copyOf(parameters);
    }

    /** Makes a fetch. */
    @FunctionalInterface
    public interface Factory {
        /** @throws SampleError if the arguments make no sense */
        Fetch make(Args args);
    }

    /** Starts the declaration of a fetch. */
    public static Builder fetch(String name) {
        return new Builder(name);
    }

    /** Collects a declaration; ends with {@link #as} or {@link #simply}. */
    public static final class Builder {
        private final String name;
        private List<Parameter> parameters = List.of();
        private SampleType returns = SampleType.STRING;
        private Need need = Need.NOTHING;
        private boolean readsRequest;
        private String doc = "";

        private Builder(String name) {
            this.name = name;
        }

        public Builder args(Parameter... parameters) {
            this.parameters = List.of(parameters);
            return this;
        }

        public Builder returns(SampleType returns) {
            this.returns = returns;
            return this;
        }

        public Builder of(Need need) {
            this.need = need;
            readsRequest |= need.isHead();
            return this;
        }

        /** It reads the head of a request, though its value is kept longer. */
        Builder readsRequest() {
            readsRequest = true;
            return this;
        }

        public Builder doc(String doc) {
            this.doc = doc;
            return this;
        }

        public Keyword<FetchKind> as(Factory factory) {
            return Keyword.<FetchKind>of(name)
                    .arguments(signature(parameters))
                    .doc(doc)
                    .as(new FetchKind(parameters, returns, need, readsRequest, factory));
        }

        /** A fetch that looks at no argument. */
        public Keyword<FetchKind> simply(Fetch fetch) {
            return as(args -> fetch);
        }
    }

    static String signature(List<Parameter> parameters) {
        return parameters.isEmpty()
                ? ""
                : parameters.stream()
                        .map(p -> p.optional() ? "[" + p.name() + "]" : "<" + p.name() + ">")
                        .collect(Collectors.joining(",", "(", ")"));
    }
}
