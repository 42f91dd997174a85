# Thin aliases of manage.py, for who has make.
run test check demo bench:
	@python3 manage.py $@

.PHONY: run test check demo bench
