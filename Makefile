STRICT := -Xswiftc -warnings-as-errors

.PHONY: help run test test-deploy bench load lint tsan fuzz docs packages clean

help:
	@echo "make run          build the example service and run it under load: a shop, its metrics and the live page"
	@echo "make test         run every test and check"
	@echo "make test-deploy  ask real servers what dashboards and alerts say of a shop under load, and start the stack"
	@echo "make bench        measure Vitals and its peers"
	@echo "make load         have wrk scrape the endpoint as hard as it can, for two minutes"
	@echo "make lint         check layout and the habits of the house"
	@echo "make tsan         run all tests under ThreadSanitizer"
	@echo "make fuzz         run the fuzz targets, each for FUZZ_SECONDS (60) seconds"
	@echo "make docs         build the documentation of every product, a site below .build/docs"
	@echo "make packages     install the Debian packages that all of these need"
	@echo "make clean        remove everything that was built"

run:
	@scripts/packages.sh build
	@scripts/toolchain.sh
	swift build -c release --product storefront $(STRICT)
	.build/release/storefront --load 50 --database .build/storefront.sqlite

test:
	@scripts/packages.sh build test
	@scripts/toolchain.sh
	@scripts/test.sh

test-deploy:
	@scripts/packages.sh build test
	@scripts/toolchain.sh
	@scripts/test-deploy.sh

bench:
	@scripts/packages.sh build bench
	@scripts/toolchain.sh
	swift build -c release --product vitals-bench $(STRICT)
	swift build -c release --product vitals-bench-http --static-swift-stdlib $(STRICT)
	swift build -c release --product vitals-bench-otlp $(STRICT)
	swift build -c release --product vitals-bench-tracing $(STRICT)
	swift build -c release --product vitals-bench-spans $(STRICT)
	Benchmarks/build-peers.sh
	python3 Benchmarks/run.py
	"$$(scripts/python.sh)" Benchmarks/push.py
	"$$(scripts/python.sh)" Benchmarks/spans.py

load:
	@scripts/packages.sh build test
	@scripts/toolchain.sh
	@scripts/load.sh

lint:
	@scripts/packages.sh build test
	@scripts/toolchain.sh
	@scripts/lint.sh

tsan:
	@scripts/packages.sh build
	@scripts/toolchain.sh
	@scripts/tsan.sh

fuzz:
	@scripts/packages.sh build
	@scripts/toolchain.sh
	@scripts/fuzz.sh

docs:
	@scripts/packages.sh build
	@scripts/toolchain.sh
	@scripts/docs.sh

packages:
	@scripts/packages.sh build test bench

clean:
	rm -rf .build
