// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.language.Keyword;
import java.util.List;

/**
 * What a converter is declared with.
 *
 * @param parameters its arguments
 * @param accepts the type it is handed; the value before it is cast to that
 * @param returns the type of its value
 * @param factory makes it from its arguments
 */
public record ConverterKind(List<Parameter> parameters, SampleType accepts, SampleType returns, Factory factory) {
    public ConverterKind {
        parameters = List.copyOf(parameters);
    }

    /** Makes a converter. */
    @FunctionalInterface
    public interface Factory {
        /** @throws SampleError if the arguments make no sense */
        Converter make(Args args);
    }

    /** Starts the declaration of a converter. */
    public static Builder converter(String name) {
        return new Builder(name);
    }

    /** Collects a declaration; ends with {@link #as} or {@link #simply}. */
    public static final class Builder {
        private final String name;
        private List<Parameter> parameters = List.of();
        private SampleType accepts = SampleType.STRING;
        private SampleType returns = SampleType.STRING;
        private String doc = "";

        private Builder(String name) {
            this.name = name;
        }

        public Builder args(Parameter... parameters) {
            this.parameters = List.of(parameters);
            return this;
        }

        public Builder accepts(SampleType accepts) {
            this.accepts = accepts;
            return this;
        }

        public Builder returns(SampleType returns) {
            this.returns = returns;
            return this;
        }

        public Builder doc(String doc) {
            this.doc = doc;
            return this;
        }

        public Keyword<ConverterKind> as(Factory factory) {
            return Keyword.<ConverterKind>of(name)
                    .arguments(FetchKind.signature(parameters))
                    .doc(doc)
                    .as(new ConverterKind(parameters, accepts, returns, factory));
        }

        /** A converter that looks at no argument. */
        public Keyword<ConverterKind> simply(Converter converter) {
            return as(args -> converter);
        }
    }
}
